// SPDX-License-Identifier: GPL-3.0-or-later
//
// The regular expressions of JSON Schemas (ECMAScript).
#pragma once

#include <string>
#include <string_view>

namespace slipway::config {

/// Patterns see this many bytes of a string: std::regex recurses for each character.
inline constexpr std::size_t max_matched = 2048;

bool is_pattern(const std::string& text);

/// Does `pattern`, which is one, match somewhere in the text?
bool matches(const std::string& pattern, std::string_view text);

} // namespace slipway::config
