// SPDX-License-Identifier: GPL-3.0-or-later
#include "patterns.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace slipway::rootfs {

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
