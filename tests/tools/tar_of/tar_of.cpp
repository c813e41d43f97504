// SPDX-License-Identifier: GPL-3.0-or-later
#include "tar_of.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace slipway::test {

using support::TarType;

namespace {

TarFile entry_of(const std::string& path, TarType type, unsigned mode) {
    TarFile file;
    file.entry.path = path;
    file.entry.type = type;
    file.entry.mode = mode;
    file.entry.mtime = 1700000000;
    return file;
}

unsigned file_type(TarType type) {
    switch (type) {
    case TarType::directory:
        return AE_IFDIR;
    case TarType::symlink:
        return AE_IFLNK;
    case TarType::fifo:
        return AE_IFIFO;
    case TarType::character_device:
        return AE_IFCHR;
    case TarType::block_device:
        return AE_IFBLK;
    default:
        return AE_IFREG;
    }
}

void must(bool worked) {
    if (!worked) std::abort();
}

void write_entry(archive* a, const TarFile& file) {
    const support::TarEntry& from = file.entry;
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> e(archive_entry_new(),
                                                                          &archive_entry_free);
    archive_entry_set_pathname(e.get(), from.path.c_str());
    archive_entry_set_filetype(e.get(), file_type(from.type));
    archive_entry_set_perm(e.get(), from.mode);
    archive_entry_set_uid(e.get(), from.uid);
    archive_entry_set_gid(e.get(), from.gid);
    archive_entry_set_mtime(e.get(), from.mtime, static_cast<long>(from.mtime_nsec));
    archive_entry_set_size(e.get(), static_cast<la_int64_t>(file.content.size()));
    archive_entry_set_rdev(e.get(), from.device);
    if (from.type == TarType::symlink) archive_entry_set_symlink(e.get(), from.link.c_str());
    if (from.type == TarType::hardlink) archive_entry_set_hardlink(e.get(), from.link.c_str());
    for (const auto& [name, value] : from.xattrs)
        archive_entry_xattr_add_entry(e.get(), name.c_str(), value.data(), value.size());
    must(archive_write_header(a, e.get()) == ARCHIVE_OK);
    must(archive_write_data(a, file.content.data(), file.content.size())
         == static_cast<la_ssize_t>(file.content.size()));
}

} // namespace

TarFile file(const std::string& path, const std::string& content, unsigned mode) {
    TarFile made = entry_of(path, TarType::file, mode);
    made.content = content;
    return made;
}

TarFile folder(const std::string& path, unsigned mode) {
    return entry_of(path, TarType::directory, mode);
}

TarFile soft_link(const std::string& path, const std::string& target) {
    TarFile made = entry_of(path, TarType::symlink, 0777);
    made.entry.link = target;
    return made;
}

TarFile hard_link(const std::string& path, const std::string& target) {
    TarFile made = entry_of(path, TarType::hardlink, 0644);
    made.entry.link = target;
    return made;
}

std::string tar_of(const std::vector<TarFile>& files) {
    std::string bytes;
    const support::Utf8Scope scope;
    archive* a = archive_write_new();
    archive_write_set_format_pax_restricted(a);
    const auto append = [](archive*, void* out, const void* data, std::size_t size) {
        static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
    };
    must(archive_write_open(a, &bytes, nullptr, append, nullptr) == ARCHIVE_OK);
    for (const TarFile& file : files)
        write_entry(a, file);
    must(archive_write_free(a) == ARCHIVE_OK);
    return bytes;
}

support::UniqueFd file_of(const std::string& bytes) {
    support::UniqueFd fd(::memfd_create("test", MFD_CLOEXEC));
    must(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    must(::lseek(fd.get(), 0, SEEK_SET) == 0);
    return fd;
}

} // namespace slipway::test
