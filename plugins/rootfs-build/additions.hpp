// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the options put into the tree beside the packages: overlay folders, symlinks, emptied files.
#pragma once

#include "archive.hpp"

#include <rootfs/entry.hpp>
#include <support/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::rootfs {

/// Attributes for the paths of an overlay that match; what is absent stays as it was.
struct OverlayRule {
    std::string match; ///< fnmatch(3) pattern of a path from the root; `*` also matches a slash
    std::optional<std::uint32_t> uid, gid;
    std::optional<unsigned> file_mode, dir_mode;
};

enum class When {
    before, ///< it is there when pacman comes, and pacman's rules for such files hold
    after,  ///< put over what the packages brought, as cp -a would
};

/// A folder whose content goes into the tree. Of the files there, only names, content, symlinks' targets and
/// whether the owner may execute them count, which is what git keeps: the rest is 0:0, 0755 or 0644.
struct Overlay {
    std::string path;
    When when = When::before;
    std::vector<OverlayRule> rules; ///< applied in their order
};

struct Addition {
    Entry entry;
    std::string source = {}; ///< the file with the content, for a file
};

/// By path: parents come before what is in them.
using Additions = std::map<std::string, Addition>;

struct Plan {
    Additions before;
    Additions after;
    std::set<std::string> blank; ///< paths of files that lose their content, or are made without
};

/// The array of the option `overlays`, after validation against the schema.
std::vector<Overlay> parse_overlays(const support::json::Value& array);

/// Add what is in the folder; a later overlay's files replace an earlier one's. Kind::config: something that
/// is no file, folder or symlink, an unusable name, a folder where another overlay has a file.
support::Result<void> add_overlay(Additions& additions, const Overlay& overlay, Time mtime);

/// Kind::config: an unusable path or target.
support::Result<void> add_symlink(Additions& additions, const std::string& path, const std::string& target,
                                  Time mtime);

/// All bytes of an addition's file. Kind::io: it is not as long as it was when it was added.
support::Result<void> read_content(const Addition& addition, const Sink& sink);

} // namespace slipway::rootfs
