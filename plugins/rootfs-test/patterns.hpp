// SPDX-License-Identifier: GPL-3.0-or-later
//
// Shell patterns over paths; `*` matches slashes too, as everywhere in pacman.
#pragma once

#include <string>
#include <vector>

namespace slipway::rootfs_test {

/// The first pattern that matches `path`; nullptr if none does.
const std::string* first_match(const std::vector<std::string>& patterns, const std::string& path);

} // namespace slipway::rootfs_test
