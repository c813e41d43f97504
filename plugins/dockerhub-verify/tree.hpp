// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file tree as an image's layers, or a manifest, make it: paths, and what they lead to.
#pragma once

#include <support/tar.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace slipway::verify {

/// What one or more paths (hard links) lead to. `entry.path` is not used.
struct Inode {
    support::TarEntry entry;
    std::string sha256 = {}; ///< of a file's content
    bool implicit = false;   ///< a folder without an entry of its own
};

/// Where a path leads, and since when.
struct Name {
    std::size_t inode = 0; ///< its number
    std::size_t layer = 0; ///< that brought the path, from 0
};

/// About 700 bytes of memory a path.
class Tree {
public:
    /// By path: relative, without "./" and a slash at the end; the root is "." if it has an entry. Sorted, so
    /// what is below a folder follows it, if not at once.
    const std::map<std::string, Name>& paths() const { return paths_; }

    const Inode* find(const std::string& path) const;
    Inode* find(const std::string& path);
    const Name* name(const std::string& path) const;

    const Inode& inode(std::size_t number) const { return inodes_[number]; }

    /// Put something there, in place of what there was; what is below stays if both are folders.
    void put(const std::string& path, Inode inode, std::size_t layer);

    /// A further path of the inode that `target` leads to. False: there is no such path.
    bool link(const std::string& path, const std::string& target, std::size_t layer);

    /// Remove what is there and below. `below_layer`: only what older layers have brought.
    void remove(const std::string& path, std::size_t below_layer);
    void remove_below(const std::string& path, std::size_t below_layer);

    /// A path that `layer` has brought, there or below; nullptr if there is none.
    const std::string* of_layer(const std::string& path, std::size_t layer) const;

    /// All paths of inodes that have several, by inode, sorted.
    std::map<std::size_t, std::vector<std::string>> linked() const;

private:
    using Place = std::map<std::string, Name>::const_iterator;

    /// What is below a folder.
    std::pair<Place, Place> below(const std::string& path) const;

    std::vector<Inode> inodes_;
    std::map<std::string, Name> paths_;
};

} // namespace slipway::verify
