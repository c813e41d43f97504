// SPDX-License-Identifier: GPL-3.0-or-later
#include "copy.hpp"

#include <rootfs/mount_points.hpp>
#include <support/text.hpp>

namespace slipway::rootfs_test {

using rootfs::Record;
using rootfs::Type;
using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

constexpr const char* hint = "no sound tar has such an entry; do not use it";

Type type_of(TarType type) {
    switch (type) {
    case TarType::directory:
        return Type::directory;
    case TarType::symlink:
        return Type::symlink;
    case TarType::hardlink:
        return Type::hardlink;
    case TarType::fifo:
        return Type::fifo;
    default:
        return Type::file;
    }
}

} // namespace

Result<Copy> Copy::create(const std::string& work_folder) {
    SLIPWAY_TRY_ASSIGN(rootfs::TreeFolder tree, rootfs::TreeFolder::make(work_folder));
    return Copy(std::move(tree));
}

Result<void> Copy::begin(const TarEntry& entry) {
    if (entry.path == ".") return {};
    SLIPWAY_TRY(rootfs::check_path(entry.path));
    records_.erase(entry.path);
    if (entry.type == TarType::character_device || entry.type == TarType::block_device) {
        devices_.push_back(entry.path);
        return {};
    }
    Record record;
    record.entry = {.path = entry.path,
                    .type = type_of(entry.type),
                    .mode = entry.mode,
                    .uid = static_cast<std::uint32_t>(entry.uid),
                    .gid = static_cast<std::uint32_t>(entry.gid),
                    .mtime = {entry.mtime, static_cast<std::uint32_t>(entry.mtime_nsec)},
                    .size = entry.size,
                    .link = entry.link,
                    .xattrs = entry.xattrs};
    record.data_offset = written_;
    if (entry.type == TarType::symlink) SLIPWAY_TRY(rootfs::check_text(entry.link));
    if (entry.type == TarType::hardlink) {
        SLIPWAY_TRY_ASSIGN(record.entry.link, linked_file(entry));
    }
    records_.emplace(entry.path, std::move(record));
    return {};
}

/// A link to a link is one to the file.
Result<std::string> Copy::linked_file(const TarEntry& entry) const {
    const auto it = records_.find(entry.link);
    if (it == records_.end() || it->second.entry.type == Type::directory)
        return Error{Kind::verify,
                     "hard link '" + entry.path + "' leads to '" + support::printable(entry.link)
                         + "', which is no file before it",
                     hint};
    return it->second.entry.type == Type::hardlink ? it->second.entry.link : entry.link;
}

Result<void> Copy::write(std::string_view bytes) {
    written_ += bytes.size();
    return support::write_all(tree_.content.get(), bytes, "work folder");
}

Result<void> Copy::add_parents() {
    for (const auto& [path, record] : records_) {
        for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
             slash = path.rfind('/', slash - 1)) {
            const std::string parent = path.substr(0, slash);
            Record made;
            made.entry = {.path = parent, .type = Type::directory, .mode = 0755, .mtime = record.entry.mtime};
            const auto [it, is_new] = records_.emplace(parent, std::move(made));
            if (it->second.entry.type != Type::directory)
                return Error{Kind::verify,
                             "entry '" + path + "' lies below '" + parent + "', which is a "
                                 + name_of(it->second.entry.type),
                             hint};
            if (!is_new) break; // its own parents have been looked at
        }
    }
    return {};
}

Result<void> Copy::finish(unsigned threads, const rootfs::CommandLog& log) {
    SLIPWAY_TRY(add_parents());
    for (const std::string& path : devices_)
        log.warn("'" + path + "' is a device: left out of the copy that commands run in");
    rootfs::TreeWriter writer(
        tree_.root.get(), tree_.content.get(), [] { return Result<void>(); }, threads);
    for (auto& [path, record] : records_) {
        if (log.cancelled()) return Error{Kind::cancelled, "cancelled"};
        SLIPWAY_TRY(writer.add(record));
    }
    SLIPWAY_TRY(writer.finish());
    tree_.content.reset();
    return rootfs::MountPoints(tree_.root.get()).make();
}

Result<void> Copy::remove() {
    return support::remove_tree(tree_.path);
}

} // namespace slipway::rootfs_test
