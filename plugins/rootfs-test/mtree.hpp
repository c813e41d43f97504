// SPDX-License-Identifier: GPL-3.0-or-later
//
// The mtree file of an installed package: what makepkg wrote down of each of its files (mtree(5)).
#pragma once

#include "inventory.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::rootfs_test {

/// Paths and what each was, in the file's order, without the package's own metadata (`.PKGINFO`, ...).
/// `bytes`: the file, compressed by gzip or not. Kind::verify: damaged.
support::Result<std::vector<std::pair<std::string, Node>>> parse_mtree(std::string_view bytes);

} // namespace slipway::rootfs_test
