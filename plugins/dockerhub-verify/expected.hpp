// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an image must hold, from what was built.
#pragma once

#include "tree.hpp"

#include <set>

namespace slipway::verify {

/// A file manifest (docs/reference/artifacts.md), from the descriptor's offset on. Kind::verify: not one.
support::Result<Tree> tree_of_manifest(int fd);

/// A tar, plain or compressed with zstd, xz or gzip. Of entries with one path the last counts, as for tar
/// itself. Kind::verify: not one, or damaged.
support::Result<Tree> tree_of_tar(int fd);

/// "NAME-VERSION" of each package of a lock (docs/reference/artifacts.md). Kind::config: not a lock, or
/// several.
support::Result<std::set<std::string>> packages_of_lock(const std::string& text);

/// The same from pacman's local database in a tree: its folders' names (pacman's lib/libalpm/be_local.c).
std::set<std::string> packages_of_tree(const Tree& tree);

} // namespace slipway::verify
