// SPDX-License-Identifier: GPL-3.0-or-later
#include "root_writer.hpp"

#include <support/hash.hpp>

#include <algorithm>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

/// Something that is no folder comes over it in the end.
bool RootWriter::is_replaced(const std::string& path) const {
    const auto it = plan_.after.find(path);
    return it != plan_.after.end() && it->second.entry.type != Type::directory;
}

Presence RootWriter::presence_of(const std::string& path) const {
    return exclude_.matches(path) || edits_.removes(path) ? Presence::hidden : Presence::shown;
}

Result<void> RootWriter::begin() {
    for (const auto& [path, addition] : plan_.before) {
        if (addition.entry.type == Type::directory) {
            SLIPWAY_TRY(put(addition.entry, &overlay_owner));
        } else {
            SLIPWAY_TRY(tree_.add(addition.entry, presence_of(path), &overlay_owner));
        }
    }
    return {};
}

const Addition* RootWriter::overlay_file(const std::string& path) const {
    const auto it = plan_.before.find(path);
    const bool there = it != plan_.before.end() && it->second.entry.type == Type::file;
    return there && !dropped_.contains(path) ? &it->second : nullptr;
}

void RootWriter::drop_overlay_file(const std::string& path) {
    dropped_.insert(path);
    tree_.remove(path);
}

/// The tar entry and the manifest line of something without content.
Result<void> RootWriter::write(const Entry& entry, const std::string& sha256, const std::string* owner) {
    SLIPWAY_TRY(edits_.refuse_other(entry.path, name_of(entry.type)));
    SLIPWAY_TRY(tar_.begin(entry));
    return record(entry, sha256, owner);
}

Result<void> RootWriter::record(const Entry& entry, const std::string& sha256, const std::string* owner) {
    return manifest_.add(entry, sha256, owner == &overlay_owner ? nullptr : owner);
}

Result<void> RootWriter::make_parents(const std::string& path, const std::string* owner, Time mtime) {
    auto missing = tree_.missing_parents(path, owner);
    if (missing) return make_folders(missing.value(), mtime);
    return owner == &overlay_owner ? std::move(missing).error().in("overlay") : std::move(missing).error();
}

/// libarchive, for pacman, makes the directories that no package ships with 0777 and pacman's umask, 0022.
/// They are as old as what they are made for: the epoch would change the package's segment with every
/// release.
Result<void> RootWriter::make_folders(const std::vector<std::string>& paths, Time mtime) {
    for (const std::string& parent : paths) {
        Entry entry{.path = parent, .type = Type::directory, .mode = 0755, .mtime = mtime};
        const Presence presence = presence_of(parent);
        SLIPWAY_TRY(tree_.add(entry, presence, nullptr));
        if (const auto it = plan_.after.find(parent); it != plan_.after.end()) entry = it->second.entry;
        if (presence == Presence::shown) SLIPWAY_TRY(write(entry, "", nullptr));
    }
    return {};
}

/// What is not as the package ships it is as old as the epoch.
void RootWriter::stamp(Entry& entry) const {
    const bool edited = edits_.wants(entry.path);
    if (edited || plan_.blank.contains(entry.path)) entry.mtime = made_;
    if (edited) entry.mode = edits_.mode_of(entry.path).value_or(entry.mode);
}

Result<Placed> RootWriter::place(Entry& entry, const std::string* owner) {
    entry.mtime = std::clamp(entry.mtime, mtimes_.earliest, mtimes_.latest);
    SLIPWAY_TRY(make_parents(entry.path, owner, entry.mtime));
    if (!is_replaced(entry.path)) stamp(entry);
    const Presence presence = is_replaced(entry.path) ? Presence::hidden : presence_of(entry.path);
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
    if (placed != Placed::created || presence_of(entry.path) != Presence::shown) return placed;
    const auto after = plan_.after.find(entry.path);
    if (after == plan_.after.end()) {
        SLIPWAY_TRY(write(entry, "", owner));
    } else if (after->second.entry.type == Type::directory && entry.type == Type::directory) {
        SLIPWAY_TRY(write(after->second.entry, "", owner));
    }
    return placed;
}

Result<void> RootWriter::put_file(Entry entry, const std::string* owner, const Content& content,
                                  const Wanted& wanted) {
    SLIPWAY_TRY(place(entry, owner));
    if (!is_replaced(entry.path)) return write_file(std::move(entry), owner, content, wanted);
    if (wanted.md5 == nullptr) return {};
    return content([&](std::string_view bytes) {
        wanted.md5->update(bytes);
        return Result<void>();
    });
}

Result<void> RootWriter::write_file(Entry entry, const std::string* owner, const Content& content,
                                    const Wanted& wanted) {
    const bool shown = tree_.find(entry.path)->presence == Presence::shown;
    const bool blank = plan_.blank.contains(entry.path);
    if (blank) entry.size = 0;
    if (edits_.wants(entry.path)) return write_edited(std::move(entry), owner, content, wanted.md5);
    if (!shown && wanted.md5 == nullptr) return {};
    if (shown) SLIPWAY_TRY(tar_.begin(entry));
    const bool is_known = !blank && wanted.sha256 != nullptr && !wanted.sha256->empty();
    support::Sha256 sha256;
    SLIPWAY_TRY(content([&](std::string_view bytes) -> Result<void> {
        if (wanted.md5 != nullptr) wanted.md5->update(bytes);
        if (!shown || blank) return {};
        if (!is_known) sha256.update(bytes);
        return tar_.write(bytes);
    }));
    if (!shown) return {};
    SLIPWAY_TRY(tar_.end());
    const std::string digest = is_known ? *wanted.sha256 : sha256.finish().hex();
    if (!blank && wanted.sha256 != nullptr) *wanted.sha256 = digest;
    return record(entry, digest, owner);
}

/// An edit of what is excluded is applied, too, so that it finds its file.
Result<void> RootWriter::write_edited(Entry entry, const std::string* owner, const Content& content,
                                      Md5* md5) {
    constexpr std::size_t most = 16u << 20;
    if (entry.size > most)
        return Error{Kind::resource, "edit of '" + entry.path + "': it has more than 16 MiB",
                     "edits are for small files"};
    const bool blank = plan_.blank.contains(entry.path);
    std::string text;
    SLIPWAY_TRY(content([&](std::string_view bytes) -> Result<void> {
        if (md5 != nullptr) md5->update(bytes); // the database tells of the file as it was packed
        if (!blank) text += bytes;
        return {};
    }));
    SLIPWAY_TRY_ASSIGN(text, edits_.apply(entry.path, std::move(text)));
    if (tree_.find(entry.path)->presence != Presence::shown) return {};
    stamp(entry);
    entry.size = text.size();
    SLIPWAY_TRY(tar_.begin(entry));
    SLIPWAY_TRY(tar_.write(text));
    SLIPWAY_TRY(tar_.end());
    return record(entry, support::Digest::of(text).hex(), owner);
}

Result<void> RootWriter::make_directory(const std::string& path, Time mtime) {
    SLIPWAY_TRY(put({.path = path, .type = Type::directory, .mode = 0755, .mtime = mtime}, nullptr));
    return {};
}

Result<void> RootWriter::make_file(const std::string& path, std::string_view text, Time mtime) {
    return put_file({.path = path, .mode = 0644, .mtime = mtime, .size = text.size()}, nullptr,
                    [&](const Sink& sink) { return sink(text); });
}

Result<void> RootWriter::list(const Entry& entry, const std::string* owner) {
    SLIPWAY_TRY(tree_.add(entry, Presence::listed, owner));
    return {};
}

Result<void> RootWriter::write_addition(const Addition& addition, const std::string* owner) {
    if (addition.entry.type == Type::file)
        return write_file(addition.entry, owner,
                          [&](const Sink& sink) { return read_content(addition, sink); });
    if (presence_of(addition.entry.path) == Presence::hidden) return {};
    return write(addition.entry, "", owner);
}

Result<void> RootWriter::add_after(const Addition& addition) {
    const Node* there = tree_.find(addition.entry.path);
    const bool is_written = there != nullptr && there->type == Type::directory
                            && addition.entry.type == Type::directory
                            && there->presence != Presence::listed; // with the overlay's attributes
    if (is_written) return {};
    SLIPWAY_TRY(make_parents(addition.entry.path, &overlay_owner, addition.entry.mtime));
    auto owner = tree_.replace(addition.entry, presence_of(addition.entry.path));
    if (!owner) return std::move(owner).error().in("overlay");
    return write_addition(addition, owner.value());
}

/// What is there already was written without content.
Result<void> RootWriter::add_blank(const std::string& path) {
    const Entry entry{.path = path, .mode = 0644, .mtime = made_};
    const Node* there = tree_.find(path);
    if (there != nullptr && there->presence != Presence::listed && there->type == Type::file) return {};
    if (there != nullptr && there->presence != Presence::listed)
        return Error{Kind::config, "blank: '" + path + "' is a " + name_of(there->type) + ", and not a file",
                     "name the file itself, or take it out of 'blank'"};
    return add_after({.entry = entry, .source = "/dev/null"});
}

/// Where a package's file was not extracted, that one's owner stays.
Result<void> RootWriter::add_edited(const Edits::NewFile& file) {
    const Entry entry{.path = file.path, .mode = file.mode, .mtime = made_, .size = file.text.size()};
    const std::string edit = "edit of '" + file.path + "'";
    auto missing = tree_.missing_parents(file.path, &overlay_owner);
    if (!missing) return std::move(missing).error().in(edit);
    SLIPWAY_TRY(make_folders(missing.value(), made_));
    auto owner = tree_.replace(entry, presence_of(file.path));
    if (!owner) return std::move(owner).error().in(edit);
    return write_file(entry, owner.value(), [&](const Sink& sink) { return sink(file.text); });
}

Result<void> RootWriter::finish() {
    for (const auto& [path, addition] : plan_.before) {
        const bool is_there =
            addition.entry.type == Type::directory || is_replaced(path) || dropped_.contains(path);
        if (!is_there) SLIPWAY_TRY(write_addition(addition, &overlay_owner));
    }
    for (const auto& [path, addition] : plan_.after)
        SLIPWAY_TRY(add_after(addition));
    for (const std::string& path : plan_.blank)
        SLIPWAY_TRY(add_blank(path));
    SLIPWAY_TRY_ASSIGN(const auto files, edits_.rest());
    for (const Edits::NewFile& file : files)
        SLIPWAY_TRY(add_edited(file));
    SLIPWAY_TRY(tar_.finish());
    SLIPWAY_TRY(tar_output_.flush());
    return manifest_.finish();
}

} // namespace slipway::rootfs
