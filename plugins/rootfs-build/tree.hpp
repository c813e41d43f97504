// SPDX-License-Identifier: GPL-3.0-or-later
//
// The root filesystem as it grows, package by package: which entry may come where, by pacman's rules.
// Knows names and attributes, never content.
#pragma once

#include <rootfs/entry.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::rootfs {

enum class Presence {
    listed, ///< a package owns the path, but NoExtract kept it off the disk
    hidden, ///< on the disk, but left out of the tar
    shown,
};

/// As a Node's owner: what an overlay put there, no package.
extern const std::string overlay_owner;

/// One path of the tree.
struct Node {
    Type type = Type::file;
    Presence presence = Presence::shown;
    unsigned mode = 0;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    Time mtime = {};
    const std::string* owner = nullptr; ///< the package's full name; nullptr: none
};

/// What add() did with an entry.
enum class Placed {
    created,
    kept,          ///< a directory that was there already: its first attributes stay
    kept_different ///< the same, and the newcomer wanted another mode: pacman warns
};

class Tree {
public:
    /// The directories above `path` that are not on the disk yet, outermost first. Kind::verify: one of
    /// them is no directory; pacman (6.0.2, _alpm_filelist_intersection) calls that a file conflict, and
    /// to follow a symlink could lead anywhere. `owner`: as for add().
    support::Result<std::vector<std::string>> missing_parents(const std::string& path,
                                                              const std::string* owner) const;

    /// Put an entry at its path. Two packages may share a directory and nothing else: Kind::verify names
    /// both. `owner` must outlive the tree; nullptr: no package.
    support::Result<Placed> add(const Entry& entry, Presence presence, const std::string* owner);

    /// Put an entry in place of a file or link, or where nothing is. Kind::config: a folder on one side and
    /// something else on the other. Gives the owner of what was there.
    support::Result<const std::string*> replace(const Entry& entry, Presence presence);

    void remove(const std::string& path) { nodes_.erase(path); }

    /// nullptr: no such path.
    const Node* find(const std::string& path) const;

    /// The node that hard link `entry` of `owner` shares. Kind::verify: it is not a file of the same
    /// package that came before. Kind::config: it is, but is not in the tar where the link is.
    support::Result<const Node*> link_target(const Entry& entry, Presence presence,
                                             const std::string* owner) const;

private:
    std::unordered_map<std::string, Node> nodes_;
};

} // namespace slipway::rootfs
