// SPDX-License-Identifier: GPL-3.0-or-later
//
// The unified diff of one changed file, by libgit2, and git's summary of several.
#pragma once

#include <change/change.hpp>

#include <string>
#include <vector>

namespace slipway::change {

struct FileDiff {
    std::string path;
    std::string summary; ///< " create mode 100644 path\n", or "" for a file that is only changed
    std::string text;    ///< from "diff --git" on, with full blob ids
    std::size_t added = 0;
    std::size_t removed = 0;
};

/// The blob's id as git-hash-object(1) gives it; zeros for no file.
support::Result<std::string> blob_id(const std::optional<std::string>& text);

support::Result<FileDiff> diff(const ChangedFile& file);

/// As `git diff --stat --summary` prints it, 72 columns wide at most.
std::string diffstat(const std::vector<FileDiff>& diffs);

} // namespace slipway::change
