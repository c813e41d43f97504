// SPDX-License-Identifier: GPL-3.0-or-later
#include "archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <support/mtree.hpp>

#include <algorithm>
#include <vector>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error damaged(Error error) {
    error.hint = "the file is damaged; fetch it again";
    return error;
}

Error damaged(archive* a) {
    return damaged(support::archive_failure(a));
}

Error refuse(const Entry& entry, const char* why) {
    return Error{Kind::verify, "entry '" + entry.path + "' " + why,
                 "no sound package has such an entry; do not use it"};
}

Result<Type> type_of(archive_entry* e, const Entry& entry) {
    if (archive_entry_hardlink(e) != nullptr) return Type::hardlink;
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
        return Type::file;
    case AE_IFDIR:
        return Type::directory;
    case AE_IFLNK:
        return Type::symlink;
    case AE_IFIFO:
        return Type::fifo;
    case AE_IFCHR:
    case AE_IFBLK:
        return refuse(entry, "is a device node");
    default:
        return refuse(entry, "is of an unknown type");
    }
}

Result<std::uint32_t> owner_id(la_int64_t id, const Entry& entry) {
    if (id < 0 || id >= 0xffffffff) return refuse(entry, "has an impossible owner"); // (uid_t)-1 is none
    return static_cast<std::uint32_t>(id);
}

/// pacman's extraction restores them all but these two kinds (libarchive's archive_write_disk).
Result<void> read_xattrs(archive_entry* e, Entry& entry) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    archive_entry_xattr_reset(e);
    while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK) {
        const std::string_view key = name != nullptr ? name : "";
        if (key.starts_with("system.") || key.starts_with("xfsroot.")) continue;
        if (auto checked = check_text(key); !checked || key.find('=') != std::string_view::npos)
            return refuse(entry, "has an extended attribute with an unusable name");
        entry.xattrs.emplace(key, std::string(static_cast<const char*>(value), size));
    }
    return {};
}

Result<Entry> convert(archive_entry* e) {
    Entry entry;
    const char* path = archive_entry_pathname(e);
    entry.path = path != nullptr ? path : "";
    while (entry.path.size() > 1 && entry.path.ends_with('/'))
        entry.path.pop_back();
    SLIPWAY_TRY(check_path(entry.path));
    SLIPWAY_TRY_ASSIGN(entry.type, type_of(e, entry));
    SLIPWAY_TRY_ASSIGN(entry.uid, owner_id(archive_entry_uid(e), entry));
    SLIPWAY_TRY_ASSIGN(entry.gid, owner_id(archive_entry_gid(e), entry));
    entry.mode = entry.type == Type::symlink ? 0777 : archive_entry_perm(e); // Linux gives a symlink no mode
    entry.mtime = {archive_entry_mtime(e), static_cast<std::uint32_t>(archive_entry_mtime_nsec(e))};
    const auto size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(e), 0));
    if (entry.type == Type::file) entry.size = size;
    if (entry.type == Type::hardlink && size > 0)
        return refuse(entry, "is a hard link with content of its own");
    const char* link = entry.type == Type::hardlink  ? archive_entry_hardlink(e)
                       : entry.type == Type::symlink ? archive_entry_symlink(e)
                                                     : nullptr;
    entry.link = link != nullptr ? link : "";
    if (entry.type == Type::hardlink) SLIPWAY_TRY(check_path(entry.link));
    if (entry.type == Type::symlink) SLIPWAY_TRY(check_text(entry.link));
    SLIPWAY_TRY(read_xattrs(e, entry));
    return entry;
}

} // namespace

Result<std::size_t> ByteSource::read(std::span<char> room) {
    std::size_t filled = 0;
    while (filled < room.size()) {
        if (left_.empty()) {
            SLIPWAY_TRY_ASSIGN(left_, next());
        }
        if (left_.empty()) break;
        const std::size_t n = left_.copy(room.data() + filled, room.size() - filled);
        left_.remove_prefix(n);
        filled += n;
    }
    return filled;
}

Decompressor::Decompressor(support::ArchiveHandle handle, support::UniqueFd fd)
    : fd_(std::move(fd)), handle_(std::move(handle)) {
    // One by one: archive_read_support_filter_all() would start programs for the formats it cannot read.
    archive_read_support_filter_zstd(handle_.get());
    archive_read_support_filter_xz(handle_.get());
    archive_read_support_filter_gzip(handle_.get());
    archive_read_support_filter_bzip2(handle_.get());
    archive_read_support_format_raw(handle_.get());
    archive_read_support_format_empty(handle_.get());
}

Result<std::unique_ptr<Decompressor>> Decompressor::open(support::UniqueFd fd) {
    constexpr std::size_t block = 256u << 10;
    const int number = fd.get();
    // Starts at byte 0 even if the descriptor shares its offset with one that was read before.
    if (::lseek(number, 0, SEEK_SET) != 0) return support::errno_error("rewinding", errno);
    ::posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL);
    std::unique_ptr<Decompressor> d(new Decompressor(support::new_archive_reader(), std::move(fd)));
    if (archive_read_open_fd(d->handle_.get(), number, block) != ARCHIVE_OK) return damaged(d->handle_.get());
    SLIPWAY_TRY(d->start());
    return d;
}

Result<std::unique_ptr<Decompressor>> Decompressor::open(std::string_view bytes) {
    std::unique_ptr<Decompressor> d(new Decompressor(support::new_archive_reader(), {}));
    if (archive_read_open_memory(d->handle_.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        return damaged(d->handle_.get());
    SLIPWAY_TRY(d->start());
    return d;
}

Result<void> Decompressor::start() {
    archive_entry* ignored = nullptr;
    const int status = archive_read_next_header(handle_.get(), &ignored);
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF) return damaged(handle_.get());
    at_end_ = status == ARCHIVE_EOF;
    return {};
}

std::uint64_t Decompressor::packed() const {
    return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(handle_.get(), -1), 0));
}

Result<std::string_view> Decompressor::next() {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (!at_end_) {
        const int status = archive_read_data_block(handle_.get(), &bytes, &size, &offset);
        at_end_ = status == ARCHIVE_EOF;
        if (status != ARCHIVE_OK && status != ARCHIVE_EOF) return damaged(handle_.get());
        if (size > 0) return std::string_view(static_cast<const char*>(bytes), size);
    }
    return std::string_view();
}

PackageReader::PackageReader(std::unique_ptr<ByteSource> source, Pulse pulse, std::uint64_t max_content)
    : source_(std::move(source)), pulse_(std::move(pulse)), handle_(support::new_archive_reader()),
      max_content_(max_content) {
    archive_read_support_format_tar(handle_.get());
}

Result<std::string_view> PackageReader::next_bytes() {
    if (pulse_) SLIPWAY_TRY(pulse_(source_->packed()));
    return source_->next();
}

std::ptrdiff_t PackageReader::read(archive* a, void* self, const void** buffer) {
    auto& reader = *static_cast<PackageReader*>(self);
    auto bytes = reader.next_bytes();
    if (!bytes) {
        archive_set_error(a, EIO, "%s", bytes.error().what.c_str());
        reader.source_error_ = std::move(bytes).error();
        return -1;
    }
    *buffer = bytes.value().data();
    return static_cast<std::ptrdiff_t>(bytes.value().size());
}

Result<std::unique_ptr<PackageReader>> PackageReader::open(std::unique_ptr<ByteSource> source, Pulse pulse,
                                                           std::uint64_t max_content) {
    std::unique_ptr<PackageReader> reader(
        new PackageReader(std::move(source), std::move(pulse), max_content));
    if (archive_read_open(reader->handle_.get(), reader.get(), nullptr, &PackageReader::read, nullptr)
        != ARCHIVE_OK)
        return reader->failure(support::archive_failure(reader->handle_.get()));
    return reader;
}

/// What libarchive makes of a source that failed says less than the source's own error.
Error PackageReader::failure(Error error) const {
    if (source_error_) return *source_error_;
    return error.kind == Kind::verify ? damaged(std::move(error)) : error;
}

Result<std::optional<Entry>> PackageReader::next() {
    const support::Utf8Scope scope;
    archive_entry* e = nullptr;
    const int status = archive_read_next_header(handle_.get(), &e);
    if (status == ARCHIVE_EOF) return std::optional<Entry>();
    // A warning (a name that is no UTF-8, a malformed extended header) is no entry to trust.
    if (status != ARCHIVE_OK) return failure(support::archive_failure(handle_.get()));
    SLIPWAY_TRY_ASSIGN(Entry entry, convert(e));
    SLIPWAY_TRY(check_bounds(entry));
    size_ = entry.size;
    return std::optional<Entry>(std::move(entry));
}

Result<void> PackageReader::check_bounds(const Entry& entry) {
    if (++entries_ > max_entries)
        return Error{Kind::verify, "more than " + std::to_string(max_entries) + " entries",
                     "no sound package has so many; do not use it"};
    if (entry.size > max_content_ - content_)
        return Error{Kind::verify,
                     "entry '" + entry.path + "' makes it larger than " + std::to_string(max_content_)
                         + " bytes unpacked, far more than its installed size",
                     "no sound package does that; do not use it"};
    content_ += entry.size;
    return {};
}

Result<void> PackageReader::content(const Sink& sink) {
    support::ArchiveContent content(handle_.get(), size_);
    for (;;) {
        auto bytes = content.next();
        if (!bytes) return failure(std::move(bytes).error());
        if (bytes.value().empty()) return {};
        if (content.in_hole() && pulse_) SLIPWAY_TRY(pulse_(source_->packed())); // as nothing is read for it
        SLIPWAY_TRY(sink(bytes.value()));
    }
}

Result<std::string> PackageReader::text(std::size_t max_bytes) {
    auto text = support::ArchiveContent(handle_.get(), size_).text(max_bytes);
    if (!text) return failure(std::move(text).error());
    return text;
}

Result<void> PackageReader::finish() {
    constexpr std::uint64_t max_rest = 64u << 20;
    for (std::uint64_t rest = 0;;) {
        SLIPWAY_TRY_ASSIGN(const std::string_view bytes, next_bytes());
        if (bytes.empty()) return {};
        rest += bytes.size();
        if (rest > max_rest)
            return Error{Kind::verify,
                         "more than " + std::to_string(max_rest) + " bytes follow its last entry",
                         "no sound package does that; do not use it"};
    }
}

Result<std::vector<std::string>> mtree_paths(std::string_view text) {
    // libarchive keeps all lines in memory.
    if (static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) > max_entries)
        return Error{Kind::verify, "more than " + std::to_string(max_entries) + " lines",
                     "no sound package has so many; do not use it"};
    std::vector<std::string> paths;
    auto read = support::read_mtree(support::new_archive_reader(), text,
                                    [&](std::string path, archive_entry* e) -> Result<void> {
                                        if (path.starts_with('.')) return {};
                                        SLIPWAY_TRY(check_path(path));
                                        if (archive_entry_filetype(e) == AE_IFDIR) path += '/';
                                        paths.push_back(std::move(path));
                                        return {};
                                    });
    if (read) return paths;
    Error error = std::move(read).error(); // only what libarchive says has no hint
    return error.hint.empty() ? damaged(std::move(error)) : error;
}

} // namespace slipway::rootfs
