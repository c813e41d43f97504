// SPDX-License-Identifier: GPL-3.0-or-later
#include "tree.hpp"

#include <limits>

namespace slipway::verify {

using support::TarType;

namespace {

constexpr std::size_t every_layer = std::numeric_limits<std::size_t>::max();

} // namespace

const Name* Tree::name(const std::string& path) const {
    const auto it = paths_.find(path);
    return it == paths_.end() ? nullptr : &it->second;
}

const Inode* Tree::find(const std::string& path) const {
    const Name* const found = name(path);
    return found == nullptr ? nullptr : &inodes_[found->inode];
}

Inode* Tree::find(const std::string& path) {
    const Name* const found = name(path);
    return found == nullptr ? nullptr : &inodes_[found->inode];
}

std::pair<Tree::Place, Tree::Place> Tree::below(const std::string& path) const {
    if (path == ".") return {paths_.begin(), paths_.end()};
    // '0' follows '/': all that begins with "path/".
    return {paths_.lower_bound(path + '/'), paths_.lower_bound(path + '0')};
}

void Tree::put(const std::string& path, Inode inode, std::size_t layer) {
    if (inode.entry.type != TarType::directory) remove_below(path, every_layer);
    inodes_.push_back(std::move(inode));
    paths_.insert_or_assign(path, Name{inodes_.size() - 1, layer});
}

bool Tree::link(const std::string& path, const std::string& target, std::size_t layer) {
    const Name* const found = name(target);
    if (found == nullptr) return false;
    const std::size_t number = found->inode;
    remove_below(path, every_layer);
    paths_.insert_or_assign(path, Name{number, layer});
    return true;
}

void Tree::remove(const std::string& path, std::size_t below_layer) {
    remove_below(path, below_layer);
    const auto it = paths_.find(path);
    if (it != paths_.end() && it->second.layer < below_layer) paths_.erase(it);
}

void Tree::remove_below(const std::string& path, std::size_t below_layer) {
    const auto [begin, end] = below(path);
    for (auto it = begin; it != end;)
        it = it->first != "." && it->second.layer < below_layer ? paths_.erase(it) : std::next(it);
}

const std::string* Tree::of_layer(const std::string& path, std::size_t layer) const {
    const auto here = paths_.find(path);
    if (here != paths_.end() && here->second.layer == layer) return &here->first;
    const auto [begin, end] = below(path);
    for (auto it = begin; it != end; ++it)
        if (it->second.layer == layer) return &it->first;
    return nullptr;
}

std::map<std::size_t, std::vector<std::string>> Tree::linked() const {
    std::map<std::size_t, std::vector<std::string>> groups;
    for (const auto& [path, name] : paths_)
        if (inodes_[name.inode].entry.type != TarType::directory) groups[name.inode].push_back(path);
    std::erase_if(groups, [](const auto& group) { return group.second.size() < 2; });
    return groups;
}

} // namespace slipway::verify
