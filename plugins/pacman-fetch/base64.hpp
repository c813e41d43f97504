// SPDX-License-Identifier: GPL-3.0-or-later
//
// Base64 (RFC 4648, 4), as databases and locks hold signatures.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::pacman_fetch {

std::string base64(std::string_view bytes);

/// nullopt for what base64() would not have written.
std::optional<std::string> unbase64(std::string_view text);

} // namespace slipway::pacman_fetch
