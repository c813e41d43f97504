// SPDX-License-Identifier: GPL-3.0-or-later
//
// Base64 (RFC 4648, 4): signatures in databases and locks, extended attributes in manifests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::common {

std::string base64(std::string_view bytes);

/// nullopt for what base64() would not have written.
std::optional<std::string> unbase64(std::string_view text);

} // namespace slipway::common
