// SPDX-License-Identifier: GPL-3.0-or-later
//
// The order of package versions.
#pragma once

#include <string_view>

namespace slipway::support {

/// Below, equal to or above 0: `a` is older than, the same as or newer than `b`. [epoch:]version[-release],
/// as rpm and pacman order them (vercmp(8)); a release counts if both have one.
int compare_versions(std::string_view a, std::string_view b);

} // namespace slipway::support
