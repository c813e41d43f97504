// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading tar archives as streams, plain or compressed. A library of its own (slipway::tar), so that only
// what reads archives links libarchive.
#pragma once

#include <support/archive.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::support {

enum class TarType { file, directory, symlink, hardlink, fifo, character_device, block_device };

/// "file", "directory", ..., "character device".
const char* name_of(TarType type);

/// One entry, as its headers have it.
struct TarEntry {
    std::string path; ///< without "./" in front and slashes at the end; the root itself is "."
    TarType type = TarType::file;
    unsigned mode = 0; ///< permission bits with setuid, setgid and sticky
    std::int64_t uid = 0;
    std::int64_t gid = 0;
    std::int64_t mtime = 0;      ///< seconds since 1970-01-01 UTC
    std::int64_t mtime_nsec = 0; ///< on top of them
    std::uint64_t size = 0;      ///< bytes; 0 for all but files
    std::string link = {};       ///< a symlink's target as it is, a hard link's as `path` would be
    std::uint64_t device = 0;    ///< of a device node
    std::map<std::string, std::string> xattrs = {};
};

/// The entries of a tar, in its order. Errors are Kind::verify: not a tar, or a damaged one.
class TarReader {
public:
    using Sink = std::function<Result<void>(std::string_view)>;

    /// Reads from the descriptor's current offset on; it stays the caller's. zstd, xz and gzip are undone;
    /// no program is ever started for that.
    static Result<TarReader> open(int fd);

    /// The next entry, or nothing at the end; skips what is left of the current one's content.
    Result<std::optional<TarEntry>> next();

    /// Where the current entry's headers begin in the (decompressed) tar; after the last one, where that
    /// ends.
    std::uint64_t position() const;

    /// The bytes of the current entry, the holes of a sparse file as zeros: `size` in all.
    Result<void> content(const Sink& sink);

    /// The same as text. Kind::resource if it is larger than `max_bytes`.
    Result<std::string> text(std::size_t max_bytes);

private:
    explicit TarReader(ArchiveHandle handle) : handle_(std::move(handle)) {}

    ArchiveHandle handle_;
    std::uint64_t size_ = 0; // of the current entry
};

} // namespace slipway::support
