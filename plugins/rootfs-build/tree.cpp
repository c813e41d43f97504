// SPDX-License-Identifier: GPL-3.0-or-later
#include "tree.hpp"

#include <algorithm>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string of(const std::string* owner) {
    if (owner == &overlay_owner) return "the overlay";
    return owner != nullptr ? "package '" + *owner + "'" : "pacman's database";
}

Error overlay_conflict(const Entry& entry, const Node& there) {
    return Error{Kind::config,
                 "'" + entry.slashed() + "' is a " + name_of(entry.type) + " where " + of(there.owner)
                     + " has a " + name_of(there.type),
                 "take it out of the overlay, or out of 'symlinks' or 'blank'"};
}

Error file_conflict(const Entry& entry, const Node& there, const std::string* owner) {
    if (there.owner == &overlay_owner)
        return Error{Kind::config,
                     "file conflict: '" + entry.slashed() + "' of " + of(owner) + " is a "
                         + name_of(there.type) + " of the overlay",
                     "pacman does not install over it either; let the overlay come after the packages"};
    if (owner == there.owner)
        return Error{Kind::verify, of(owner) + ": entry '" + entry.path + "' comes twice",
                     "no sound package has such an entry; do not use it"};
    return Error{Kind::verify,
                 "file conflict: '" + entry.slashed() + "' of " + of(owner) + " is a " + name_of(there.type)
                     + " of " + of(there.owner),
                 "pacman cannot install the two together either; leave one out"};
}

} // namespace

const std::string overlay_owner = "overlay";

const Node* Tree::find(const std::string& path) const {
    const auto it = nodes_.find(path);
    return it == nodes_.end() ? nullptr : &it->second;
}

Result<std::vector<std::string>> Tree::missing_parents(const std::string& path,
                                                       const std::string* owner) const {
    std::vector<std::string> missing;
    for (std::size_t slash = path.rfind('/'); slash != std::string::npos;
         slash = path.rfind('/', slash - 1)) {
        std::string parent = path.substr(0, slash);
        const Node* node = find(parent);
        if (node != nullptr && node->type != Type::directory && owner == &overlay_owner)
            return Error{Kind::config,
                         "'" + path + "' would be written through '" + parent + "', a " + name_of(node->type)
                             + " of " + of(node->owner),
                         "use the real path"};
        if (node != nullptr && node->type != Type::directory)
            return Error{Kind::verify,
                         of(owner) + ": '" + path + "' would be written through '" + parent + "', a "
                             + name_of(node->type) + " of " + of(node->owner),
                         "pacman follows no link there either; repack the package with the real path"};
        if (node != nullptr && node->presence != Presence::listed) break; // so are those above it
        missing.push_back(std::move(parent));
    }
    std::reverse(missing.begin(), missing.end());
    return missing;
}

Result<Placed> Tree::add(const Entry& entry, Presence presence, const std::string* owner) {
    const Node node{entry.type, presence, entry.mode, entry.uid, entry.gid, entry.mtime, owner};
    const auto [it, inserted] = nodes_.try_emplace(entry.path, node);
    if (inserted) return Placed::created;
    Node& there = it->second;
    if (there.type != Type::directory || entry.type != Type::directory)
        return file_conflict(entry, there, owner);
    if (there.presence != Presence::listed)
        return there.mode == entry.mode || presence == Presence::listed ? Placed::kept
                                                                        : Placed::kept_different;
    there = node;
    return Placed::created;
}

Result<const std::string*> Tree::replace(const Entry& entry, Presence presence) {
    const Node node{entry.type, presence, entry.mode, entry.uid, entry.gid, entry.mtime, &overlay_owner};
    const auto [it, inserted] = nodes_.try_emplace(entry.path, node);
    if (inserted) return nullptr;
    Node& there = it->second;
    const bool listed = there.presence == Presence::listed;
    if (!listed && (there.type == Type::directory) != (entry.type == Type::directory))
        return overlay_conflict(entry, there);
    const std::string* owner = there.owner;
    there = node;
    there.owner = owner;
    return owner;
}

Result<const Node*> Tree::link_target(const Entry& entry, Presence presence, const std::string* owner) const {
    const Node* node = find(entry.link);
    const std::string what = of(owner) + ": hard link '" + entry.path + "' to '" + entry.link + "': ";
    if (node == nullptr || node->owner != owner || node->type == Type::directory)
        return Error{Kind::verify, what + "no file of this package that came before it",
                     "no sound package has such an entry; do not use it"};
    if (node->presence < presence)
        return Error{Kind::config, what + "the link is kept, but the file is excluded or replaced",
                     "let 'exclude' and 'overlays' treat both alike"};
    return node;
}

} // namespace slipway::rootfs
