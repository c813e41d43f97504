// SPDX-License-Identifier: GPL-3.0-or-later
//
// What goes into an image's layers: all of a tree, or how it differs from another.
#pragma once

#include <tree.hpp>

#include <string>
#include <vector>

namespace slipway::oci {

/// One entry of a layer: bytes of the tree's tar, just as they are there, or a whiteout made here.
struct Item {
    std::string path;            ///< of a whiteout: of what is removed
    const Node* node = nullptr;  ///< in Content::tree; nullptr: a whiteout
    std::string made = {};       ///< a whiteout's bytes
    bool begins_segment = false; ///< a part begins that belongs together, such as a package
    bool with_previous = false;  ///< must be in the same layer: hard links and their file

    std::uint64_t length() const { return node != nullptr ? node->length : made.size(); }
};

struct Content {
    const Tree* tree = nullptr;
    std::vector<Item> items;
};

Content all_of(const Tree& tree);

/// What makes `tree` of `base`: whiteouts for what is gone, entries that are new or differ in type, mode,
/// owner, mtime, xattrs, target or content (image-spec 1.1, layer.md, "Representing Changes"). A file and its
/// hard links come all or not at all. `mtime`: of the whiteouts.
support::Result<Content> delta(const Tree& base, const Tree& tree, std::int64_t mtime);

/// The folders above `items[begin, end)` that are not among these but in the tree, in its order: a layer
/// names them so that their attributes and times stay.
std::vector<const Node*> folders_above(const Content& content, std::size_t begin, std::size_t end);

} // namespace slipway::oci
