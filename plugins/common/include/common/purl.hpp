// SPDX-License-Identifier: GPL-3.0-or-later
//
// Package URLs, by which SBOMs and provenance name packages.
#pragma once

#include <optional>
#include <string>

namespace slipway::common {

/// "pkg:alpm/arch/glibc@2.40-1?arch=x86_64" (purl specification, type alpm). All that is not unreserved in
/// RFC 3986 is percent-encoded, but for colons; names are lower case. Without an architecture there is no
/// "?arch=".
std::string alpm_purl(std::string name, const std::string& version,
                      const std::optional<std::string>& architecture);

} // namespace slipway::common
