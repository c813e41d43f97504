// SPDX-License-Identifier: GPL-3.0-or-later
#include "pattern.hpp"

#include <regex>

namespace slipway::config {

bool is_pattern(const std::string& text) {
    try {
        const std::regex compiled(text);
        return true;
    } catch (const std::regex_error&) {
        return false;
    }
}

bool matches(const std::string& pattern, std::string_view text) {
    text = text.substr(0, max_matched);
    return std::regex_search(text.begin(), text.end(), std::regex(pattern));
}

} // namespace slipway::config
