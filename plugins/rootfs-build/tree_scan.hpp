// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finds out what programs did to a tree, and writes the tar of it: what they left alone is copied from the
// tar that the tree was made from.
#pragma once

#include "ledger.hpp"
#include "manifest.hpp"
#include "output.hpp"
#include "patterns.hpp"

#include <functional>
#include <string>
#include <vector>

namespace slipway::rootfs {

/// Marks the records that are there and those that are the same, and gives the entries that no record is of,
/// sorted by path. Reads no file's content. Sockets and devices are left out, with a warning. Kind::verify: a
/// name that no tar of ours may have.
support::Result<std::vector<Record>> scan(int root, std::deque<Record>& records,
                                          const std::function<void(const std::string&)>& warn);

/// What finish_tree() needs to know.
struct Finish {
    int root = -1;            ///< the tree
    int base = -1;            ///< the tar it was made from
    Exclude exclude;          ///< what is left out
    Time epoch = {};          ///< mtime of what was made
    bool only_epoch = false;  ///< no entry has another mtime
    std::int64_t started = 0; ///< seconds: a later mtime is the programs' doing
};

/// The files that finish_tree() will not read: they can be removed while it runs.
std::vector<std::string> not_needed(const std::deque<Record>& records);

/// Write tar and manifest: the records in their order, those that changed as they are now, then `added`.
support::Result<void> finish_tree(std::deque<Record>& records, std::vector<Record> added,
                                  const Finish& finish, Output& tar, Manifest& manifest);

} // namespace slipway::rootfs
