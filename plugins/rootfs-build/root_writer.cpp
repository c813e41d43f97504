// SPDX-License-Identifier: GPL-3.0-or-later
#include "root_writer.hpp"

#include <support/hash.hpp>

#include <algorithm>

namespace slipway::rootfs {

using support::Result;

Presence RootWriter::presence_of(const std::string& path) const {
    return exclude_.matches(path) ? Presence::hidden : Presence::shown;
}

/// The tar entry and the manifest line of something without content.
Result<void> RootWriter::write(const Entry& entry, const std::string& sha256, const std::string* owner) {
    SLIPWAY_TRY(tar_.begin(entry));
    return manifest_.add(entry, sha256, owner);
}

/// libarchive, for pacman, makes the directories that no package ships with 0777 and pacman's umask, 0022.
Result<void> RootWriter::make_parents(const std::string& path, const std::string* owner) {
    SLIPWAY_TRY_ASSIGN(const std::vector<std::string> missing, tree_.missing_parents(path, owner));
    for (const std::string& parent : missing) {
        const Entry entry{.path = parent, .type = Type::directory, .mode = 0755, .mtime = made_};
        const Presence presence = presence_of(parent);
        SLIPWAY_TRY(tree_.add(entry, presence, nullptr));
        if (presence == Presence::shown) SLIPWAY_TRY(write(entry, "", nullptr));
    }
    return {};
}

Result<Placed> RootWriter::place(Entry& entry, const std::string* owner) {
    SLIPWAY_TRY(make_parents(entry.path, owner));
    entry.mtime = std::min(entry.mtime, latest_);
    const Presence presence = presence_of(entry.path);
    if (entry.type == Type::hardlink) {
        SLIPWAY_TRY_ASSIGN(const Node* node, tree_.link_target(entry, presence, owner));
        entry.mode = node->mode;
        entry.uid = node->uid;
        entry.gid = node->gid;
        entry.mtime = node->mtime;
        entry.xattrs.clear();
    }
    return tree_.add(entry, presence, owner);
}

Result<Placed> RootWriter::put(Entry entry, const std::string* owner) {
    SLIPWAY_TRY_ASSIGN(const Placed placed, place(entry, owner));
    if (placed == Placed::created && presence_of(entry.path) == Presence::shown)
        SLIPWAY_TRY(write(entry, "", owner));
    return placed;
}

Result<void> RootWriter::put_file(Entry entry, const std::string* owner, const Content& content, Md5* md5) {
    SLIPWAY_TRY(place(entry, owner));
    const bool shown = presence_of(entry.path) == Presence::shown;
    if (!shown && md5 == nullptr) return {};
    if (shown) SLIPWAY_TRY(tar_.begin(entry));
    support::Sha256 sha256;
    SLIPWAY_TRY(content([&](std::string_view bytes) -> Result<void> {
        if (md5 != nullptr) md5->update(bytes);
        if (!shown) return {};
        sha256.update(bytes);
        return tar_.write(bytes);
    }));
    if (!shown) return {};
    SLIPWAY_TRY(tar_.end());
    return manifest_.add(entry, sha256.finish().hex(), owner);
}

Result<void> RootWriter::make_directory(const std::string& path, Time mtime) {
    SLIPWAY_TRY(put({.path = path, .type = Type::directory, .mode = 0755, .mtime = mtime}, nullptr));
    return {};
}

Result<void> RootWriter::make_file(const std::string& path, std::string_view text) {
    return put_file(
        {.path = path, .mode = 0644, .mtime = made_, .size = text.size()}, nullptr,
        [&](const Sink& sink) { return sink(text); }, nullptr);
}

Result<void> RootWriter::list(const Entry& entry, const std::string* owner) {
    SLIPWAY_TRY(tree_.add(entry, Presence::listed, owner));
    return {};
}

Result<void> RootWriter::finish() {
    SLIPWAY_TRY(tar_.finish());
    SLIPWAY_TRY(tar_output_.flush());
    return manifest_.finish();
}

} // namespace slipway::rootfs
