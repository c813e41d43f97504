// SPDX-License-Identifier: GPL-3.0-or-later
#include "patterns.hpp"

#include <fnmatch.h>

namespace slipway::rootfs_test {

const std::string* first_match(const std::vector<std::string>& patterns, const std::string& path) {
    for (const std::string& pattern : patterns)
        if (::fnmatch(pattern.c_str(), path.c_str(), 0) == 0) return &pattern;
    return nullptr;
}

} // namespace slipway::rootfs_test
