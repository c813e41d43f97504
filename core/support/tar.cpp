// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <support/tar.hpp>

#include <algorithm>
#include <array>

namespace slipway::support {

namespace {

Result<TarType> type_of(archive_entry* e, const std::string& path) {
    if (archive_entry_hardlink(e) != nullptr) return TarType::hardlink;
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
        return TarType::file;
    case AE_IFDIR:
        return TarType::directory;
    case AE_IFLNK:
        return TarType::symlink;
    case AE_IFIFO:
        return TarType::fifo;
    case AE_IFCHR:
        return TarType::character_device;
    case AE_IFBLK:
        return TarType::block_device;
    default:
        return Error{Kind::verify, "entry '" + path + "' is of an unknown type"};
    }
}

std::string clean(const char* name) {
    std::string path = name != nullptr ? name : "";
    while (path.starts_with("./") && path.size() > 2)
        path.erase(0, 2);
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

std::map<std::string, std::string> xattrs_of(archive_entry* e) {
    std::map<std::string, std::string> xattrs;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    archive_entry_xattr_reset(e);
    while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK)
        if (name != nullptr) xattrs.emplace(name, std::string(static_cast<const char*>(value), size));
    return xattrs;
}

Result<TarEntry> convert(archive_entry* e) {
    TarEntry entry;
    entry.path = clean(archive_entry_pathname(e));
    SLIPWAY_TRY_ASSIGN(entry.type, type_of(e, entry.path));
    entry.mode = archive_entry_perm(e);
    entry.uid = archive_entry_uid(e);
    entry.gid = archive_entry_gid(e);
    entry.mtime = archive_entry_mtime(e);
    entry.mtime_nsec = archive_entry_mtime_nsec(e);
    if (entry.type == TarType::file)
        entry.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(e), 0));
    if (entry.type == TarType::hardlink) entry.link = clean(archive_entry_hardlink(e));
    if (const char* target = archive_entry_symlink(e); entry.type == TarType::symlink && target != nullptr)
        entry.link = target;
    if (entry.type == TarType::character_device || entry.type == TarType::block_device)
        entry.device = archive_entry_rdev(e);
    entry.xattrs = xattrs_of(e);
    return entry;
}

} // namespace

const char* name_of(TarType type) {
    static constexpr std::array names{"file", "directory",        "symlink",     "hardlink",
                                      "fifo", "character device", "block device"};
    return names.at(static_cast<std::size_t>(type));
}

Result<TarReader> TarReader::open(int fd) {
    constexpr std::size_t block = 256u << 10;
    ArchiveHandle handle = new_archive_reader();
    // One by one: archive_read_support_filter_all() would start programs for the formats it cannot read.
    archive_read_support_filter_zstd(handle.get());
    archive_read_support_filter_xz(handle.get());
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_format_tar(handle.get());
    if (archive_read_open_fd(handle.get(), fd, block) != ARCHIVE_OK) return archive_failure(handle.get());
    return TarReader(std::move(handle));
}

Result<std::optional<TarEntry>> TarReader::next() {
    const Utf8Scope scope;
    archive_entry* e = nullptr;
    const int status = archive_read_next_header(handle_.get(), &e);
    if (status == ARCHIVE_EOF) return std::optional<TarEntry>();
    // A warning is a name that is no UTF-8: there it stays as its bytes are.
    const bool named = status == ARCHIVE_WARN && archive_entry_pathname(e) != nullptr;
    if (status != ARCHIVE_OK && !named) return archive_failure(handle_.get());
    SLIPWAY_TRY_ASSIGN(TarEntry entry, convert(e));
    size_ = entry.size;
    return std::optional<TarEntry>(std::move(entry));
}

std::uint64_t TarReader::position() const {
    return static_cast<std::uint64_t>(archive_read_header_position(handle_.get()));
}

Result<void> TarReader::content(const Sink& sink) {
    ArchiveContent content(handle_.get(), size_);
    for (;;) {
        SLIPWAY_TRY_ASSIGN(const std::string_view bytes, content.next());
        if (bytes.empty()) return {};
        SLIPWAY_TRY(sink(bytes));
    }
}

Result<std::string> TarReader::text(std::size_t max_bytes) {
    return ArchiveContent(handle_.get(), size_).text(max_bytes);
}

} // namespace slipway::support
