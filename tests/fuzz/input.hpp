// SPDX-License-Identifier: GPL-3.0-or-later
//
// What fuzz targets share: their input as text, and the end of one that found something.
#pragma once

#include <support/text.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The input is a finding if this does not hold.
inline void require(bool holds) {
    if (!holds) std::abort();
}

/// The texts between lines that are "----".
inline std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts(1);
    for (const std::string& line : support::split(std::string(text), '\n')) {
        if (line == "----")
            parts.emplace_back();
        else
            parts.back() += line + "\n";
    }
    if (!parts.back().empty()) parts.back().pop_back(); // the text's last line may have no newline
    return parts;
}

} // namespace slipway::fuzz
