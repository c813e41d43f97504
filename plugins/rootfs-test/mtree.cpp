// SPDX-License-Identifier: GPL-3.0-or-later
#include "mtree.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <support/mtree.hpp>

#include <algorithm>

namespace slipway::rootfs_test {

using support::Result;
using support::TarType;

namespace {

/// libarchive gives zeros where the file has no digest.
std::string sha256_of(archive_entry* e) {
    const unsigned char* digest = archive_entry_digest(e, ARCHIVE_ENTRY_DIGEST_SHA256);
    constexpr std::size_t size = 32;
    if (digest == nullptr || std::all_of(digest, digest + size, [](unsigned char c) { return c == 0; }))
        return {};
    return fmt::format("{:02x}", fmt::join(digest, digest + size, ""));
}

TarType type_of(archive_entry* e) {
    if (archive_entry_filetype(e) == AE_IFDIR) return TarType::directory;
    return archive_entry_filetype(e) == AE_IFLNK ? TarType::symlink : TarType::file;
}

Node convert(archive_entry* e) {
    Node node;
    node.type = type_of(e);
    node.mode = archive_entry_perm(e);
    node.uid = archive_entry_uid(e);
    node.gid = archive_entry_gid(e);
    node.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(e), 0));
    if (const char* target = archive_entry_symlink(e); target != nullptr) node.link = target;
    node.sha256 = sha256_of(e);
    return node;
}

} // namespace

Result<std::vector<std::pair<std::string, Node>>> parse_mtree(std::string_view bytes) {
    const support::ArchiveHandle handle = support::new_archive_reader();
    archive_read_support_filter_gzip(handle.get());
    std::vector<std::pair<std::string, Node>> entries;
    SLIPWAY_TRY(support::read_mtree(handle, bytes, [&](std::string path, archive_entry* e) {
        if (!path.starts_with('.')) entries.emplace_back(std::move(path), convert(e));
        return Result<void>();
    }));
    return entries;
}

} // namespace slipway::rootfs_test
