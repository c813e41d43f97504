// SPDX-License-Identifier: GPL-3.0-or-later
#include "patterns.hpp"

#include <fnmatch.h>

namespace slipway::rootfs_test {

const std::string* first_match(const std::vector<std::string>& patterns, const std::string& path) {
    for (const std::string& pattern : patterns)
        if (::fnmatch(pattern.c_str(), path.c_str(), 0) == 0) return &pattern;
    return nullptr;
}

bool no_extract(const std::vector<std::string>& patterns, const std::string& name) {
    for (auto it = patterns.rbegin(); it != patterns.rend(); ++it) {
        const bool inverted = it->starts_with('!');
        const char* pattern = it->c_str() + (inverted || it->starts_with('\\') ? 1 : 0);
        if (::fnmatch(pattern, name.c_str(), 0) == 0) return !inverted;
    }
    return false;
}

} // namespace slipway::rootfs_test
