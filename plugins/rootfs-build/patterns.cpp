// SPDX-License-Identifier: GPL-3.0-or-later
#include "patterns.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace slipway::rootfs {

bool NoExtract::matches(const std::string& name) const {
    for (auto it = patterns_.rbegin(); it != patterns_.rend(); ++it) {
        const bool inverted = it->starts_with('!');
        const char* pattern = it->c_str() + (inverted || it->starts_with('\\') ? 1 : 0);
        if (::fnmatch(pattern, name.c_str(), 0) == 0) return !inverted;
    }
    return false;
}

Exclude::Exclude(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {
    for (std::string& pattern : patterns_) {
        if (pattern.starts_with("./")) pattern.erase(0, 2);
        pattern.erase(0, std::min(pattern.find_first_not_of('/'), pattern.size()));
        while (pattern.ends_with('/'))
            pattern.pop_back();
    }
}

bool Exclude::matches(const std::string& path) const {
    // FNM_LEADING_DIR: a match up to any slash of the path is a match.
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), path.c_str(), FNM_LEADING_DIR) == 0;
    });
}

} // namespace slipway::rootfs
