// SPDX-License-Identifier: GPL-3.0-or-later
#include "layer.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <utility>

namespace slipway::verify {

using support::Digest;
using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

constexpr std::string_view whiteout_prefix = ".wh.", opaque_name = ".wh..wh..opq";

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::uint64_t size_of(const TarEntry& entry) {
    std::uint64_t size = entry.path.size() + entry.link.size();
    for (const auto& [name, value] : entry.xattrs)
        size += name.size() + value.size();
    return size;
}

/// Attributes that an engine gives to the file when it makes the link.
bool same_attributes(const TarEntry& link, const TarEntry& file) {
    return link.mode == file.mode && link.uid == file.uid && link.gid == file.gid && link.mtime == file.mtime
           && link.mtime_nsec == file.mtime_nsec && (link.xattrs.empty() || link.xattrs == file.xattrs);
}

} // namespace

void LayerTree::find(const std::string& path, const std::string& what) {
    findings_.add({support::printable(path), "form", "", fmt::format("{} (layer {})", what, number_ + 1)});
}

void LayerTree::odd(const std::string& what) {
    findings_.add({fmt::format("layer {}", number_ + 1), "form", "", what});
}

/// An entry more, of so many bytes.
Result<void> LayerTree::spend(std::uint64_t bytes) {
    if (left_.entries == 0)
        return Error{Kind::verify, "more entries than an image may have",
                     "raise max_entries if that is right"};
    if (left_.metadata < bytes)
        return Error{Kind::verify, "more bytes of names and attributes than an image may have"};
    --left_.entries;
    left_.metadata -= bytes;
    return {};
}

Result<void> LayerTree::begin(TarEntry entry, const std::string& odd) {
    SLIPWAY_TRY(spend(size_of(entry)));
    if (!odd.empty()) find(entry.path, odd);
    hash_.emplace();
    SLIPWAY_TRY_ASSIGN(const bool is_whiteout, take_whiteout(entry));
    if (is_whiteout) return {};
    check_place(entry);
    SLIPWAY_TRY(check_parent(entry.path));
    entry_ = std::move(entry);
    return {};
}

/// What is there already.
void LayerTree::check_place(const TarEntry& entry) {
    const std::string& path = entry.path;
    if (path == "." && entry.type != TarType::directory) find(path, "the root is no folder");
    const bool implicit = implicit_.contains(path);
    if (const Name* name = tree_.name(path); name != nullptr && name->layer == number_ && !implicit)
        find(path, "two entries of one path");
    if (whiteouts_.contains(path)) find(path, "an entry and a whiteout of one path");
    if (entry.type == TarType::directory) return;
    if (const std::string* below = tree_.of_layer(path, number_);
        below != nullptr && (*below != path || implicit))
        find(path, "something in it, and it is no folder");
}

Result<void> LayerTree::end() {
    if (!entry_) return {};
    if (entry_->type == TarType::hardlink)
        put_link();
    else
        put();
    entry_.reset();
    return {};
}

void LayerTree::put() {
    const std::string path = entry_->path;
    std::string sha256 = entry_->type == TarType::file ? hash_->finish().hex() : "";
    tree_.put(path, Inode{std::move(*entry_), std::move(sha256)}, number_);
    implicit_.erase(path);
}

void LayerTree::put_link() {
    const std::string path = entry_->path;
    const Inode* const file = tree_.find(entry_->link);
    if (file == nullptr || file->entry.type == TarType::directory || path == entry_->link) {
        find(path, "a hard link to '" + support::printable(entry_->link) + "', where no file is");
        tree_.put(path, Inode{std::move(*entry_)}, number_);
        return;
    }
    if (!same_attributes(*entry_, file->entry))
        find(path,
             "a hard link with other attributes than its file '" + support::printable(entry_->link) + "'");
    tree_.link(path, entry_->link, number_);
}

/// A folder of the tree, or what engines make of it.
Result<void> LayerTree::check_parent(const std::string& path) {
    const std::string parent = parent_of(path);
    if (parent.empty()) return {};
    const Inode* const folder = tree_.find(parent);
    if (folder != nullptr && folder->entry.type == TarType::directory) return {};
    if (folder != nullptr) {
        find(path, fmt::format("in '{}', which is a {}", support::printable(parent),
                               support::name_of(folder->entry.type)));
        return {};
    }
    SLIPWAY_TRY(check_parent(parent));
    SLIPWAY_TRY(spend(parent.size()));
    TarEntry made;
    made.type = TarType::directory;
    tree_.put(parent, Inode{std::move(made), "", true}, number_);
    implicit_.insert(parent);
    return {};
}

Result<bool> LayerTree::take_whiteout(const TarEntry& entry) {
    const std::string folder = parent_of(entry.path);
    const std::string name = entry.path.substr(folder.empty() ? 0 : folder.size() + 1);
    if (("/" + folder).find("/" + std::string(whiteout_prefix)) != std::string::npos)
        find(entry.path, "in a folder with a whiteout's name");
    if (!name.starts_with(whiteout_prefix)) return false;
    SLIPWAY_TRY(check_parent(entry.path));
    if (entry.type != TarType::file || entry.size != 0) find(entry.path, "a whiteout that is no empty file");
    whiteout(entry, folder, name);
    return true;
}

void LayerTree::whiteout(const TarEntry& entry, const std::string& folder, const std::string& name) {
    if (name == opaque_name) {
        if (!whiteouts_.insert(entry.path).second) return find(entry.path, "two entries of one path");
        tree_.remove_below(folder.empty() ? "." : folder, number_);
        return;
    }
    const std::string hidden = name.substr(whiteout_prefix.size());
    // ".wh..wh." begins aufs's own names, which engines skip or use; "." and ".." are not for removing.
    if (hidden.empty() || hidden == "." || hidden == ".." || hidden.starts_with(whiteout_prefix))
        return find(entry.path, "a whiteout with a special name");
    const std::string path = folder.empty() ? hidden : folder + "/" + hidden;
    if (const std::string* there = tree_.of_layer(path, number_))
        find(*there, "an entry and a whiteout of one path");
    if (!whiteouts_.insert(path).second) find(entry.path, "two entries of one path");
    tree_.remove(path, number_);
}

void LayerTree::finish() {
    for (const std::string& path : implicit_)
        find(path, "a folder without an entry of its own");
}

Result<std::unique_ptr<LayerReader>> LayerReader::create(Compression compression, Tree& tree,
                                                         std::size_t number, Limits& left,
                                                         Findings& findings) {
    std::unique_ptr<LayerReader> reader(new LayerReader(tree, number, left, findings));
    SLIPWAY_TRY_ASSIGN(reader->unpacker_,
                       make_unpacker(compression, [it = reader.get()](std::string_view bytes) {
                           return it->tar_bytes_.push(bytes);
                       }));
    return reader;
}

Result<void> LayerReader::take(std::string_view bytes) {
    if (bytes.size() > left_.unpacked)
        return Error{Kind::verify, "it unpacks to more than an image may hold",
                     "raise max_unpacked if that is right"};
    left_.unpacked -= bytes.size();
    hash_.update(bytes);
    return tar_.feed(bytes);
}

Result<Digest> LayerReader::finish() {
    SLIPWAY_TRY(unpacker_->finish());
    SLIPWAY_TRY(tar_bytes_.finish());
    SLIPWAY_TRY(tar_.finish());
    tree_.finish();
    return hash_.finish();
}

} // namespace slipway::verify
