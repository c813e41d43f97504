// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading package files with libarchive: decompression and the tar format are two objects, so that the
// first can run ahead on another thread (read_ahead.hpp) without the second noticing.
#pragma once

#include <rootfs/entry.hpp>
#include <support/archive.hpp>
#include <support/fs.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::rootfs {

/// Called at least once per megabyte, with the compressed bytes read so far. An error stops the reading
/// and is what the reading function returns.
using Pulse = std::function<support::Result<void>(std::uint64_t packed)>;

/// Decompressed bytes, from wherever.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// The next bytes, valid until the next call; empty at the end. Kind::verify: damaged.
    virtual support::Result<std::string_view> next() = 0;

    /// Fill `room` with the next bytes; fewer than fit only at the end. Not to be mixed with next().
    virtual support::Result<std::size_t> read(std::span<char> room);

    /// Compressed bytes read so far.
    virtual std::uint64_t packed() const = 0;

private:
    std::string_view left_; ///< of what next() gave to read()
};

/// The decompressed bytes of a file (zstd, xz, gzip, bzip2 or none; concatenated frames, too).
class Decompressor final : public ByteSource {
public:
    static support::Result<std::unique_ptr<Decompressor>> open(support::UniqueFd fd);

    /// `bytes` must outlive the decompressor.
    static support::Result<std::unique_ptr<Decompressor>> open(std::string_view bytes);

    support::Result<std::string_view> next() override;
    std::uint64_t packed() const override;

private:
    Decompressor(support::ArchiveHandle handle, support::UniqueFd fd);
    support::Result<void> start();

    support::UniqueFd fd_; // outlives the handle that reads it
    support::ArchiveHandle handle_;
    bool at_end_ = false;
};

using Sink = std::function<support::Result<void>(std::string_view)>;

/// More than any package has; each costs the merge some memory.
inline constexpr std::uint64_t max_entries = 1'000'000;

/// The entries of one package file. Errors are Kind::verify: damaged, or an entry that is refused
/// (check_path() and check_text(), device nodes, content in a hard link), or an archive that is out of
/// bounds.
class PackageReader {
public:
    /// `max_content`: bytes of all files together, holes included.
    static support::Result<std::unique_ptr<PackageReader>> open(std::unique_ptr<ByteSource> source,
                                                                Pulse pulse, std::uint64_t max_content);

    /// The next entry, or nothing at the end; skips what is left of the current one's content.
    support::Result<std::optional<Entry>> next();

    /// All bytes of the current file, the holes of a sparse one as zeros: `entry.size` in all.
    support::Result<void> content(const Sink& sink);

    /// The same as text; Kind::resource if it is larger than `max_bytes`.
    support::Result<std::string> text(std::size_t max_bytes);

    /// Read what follows the last entry, at most 64 MiB: the checksum that covers the content is at the very
    /// end.
    support::Result<void> finish();

private:
    PackageReader(std::unique_ptr<ByteSource> source, Pulse pulse, std::uint64_t max_content);
    support::Result<void> check_bounds(const Entry& entry);
    static std::ptrdiff_t read(archive*, void* self, const void** buffer);
    support::Error failure(support::Error error) const;
    support::Result<std::string_view> next_bytes();

    std::unique_ptr<ByteSource> source_;
    Pulse pulse_;
    std::optional<support::Error> source_error_;
    support::ArchiveHandle handle_;
    std::uint64_t size_ = 0; // of the current entry
    std::uint64_t max_content_;
    std::uint64_t content_ = 0; // bytes of all entries so far
    std::uint64_t entries_ = 0;
};

/// The paths an mtree(5) text names, in its order, directories with a slash at the end; without a leading
/// "./", and without those that start with a dot (metadata of the package). Kind::verify: damaged, or more
/// than max_entries lines.
support::Result<std::vector<std::string>> mtree_paths(std::string_view text);

} // namespace slipway::rootfs
