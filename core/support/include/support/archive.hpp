// SPDX-License-Identifier: GPL-3.0-or-later
//
// What all that reads with libarchive has in common: the handle, its errors, names as bytes, and the content
// of an entry. Part of slipway::tar.
#pragma once

#include <locale.h>
#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace slipway::support {

/// Frees an archive that is being read.
struct FreeArchive {
    void operator()(archive* a) const;
};

using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

/// A handle to read with; as yet it knows no format and no compression.
ArchiveHandle new_archive_reader();

/// What libarchive says of its last failure. Kind::verify.
Error archive_failure(archive* a);

/// libarchive converts names to the character set of the thread's locale. While this lives it is C.UTF-8, so
/// they pass as they are, whatever the process has set, and a name that is no UTF-8 is reported.
class Utf8Scope {
public:
    Utf8Scope();
    ~Utf8Scope();
    Utf8Scope(const Utf8Scope&) = delete;
    Utf8Scope& operator=(const Utf8Scope&) = delete;

private:
    locale_t previous_ = nullptr;
};

/// The content of the entry whose header was read last, piece by piece: libarchive's own buffers, no copies.
class ArchiveContent {
public:
    /// `size`: the bytes its header promises. `a` must outlive this and not go on to another entry meanwhile.
    ArchiveContent(archive* a, std::uint64_t size) : archive_(a), size_(size) {}

    /// The next bytes, valid until the next call; empty at the end. The holes of a sparse file are zeros, so
    /// that they are `size` in all. Kind::verify: damaged, or larger than `size`.
    Result<std::string_view> next();

    /// Whether the last bytes were (a part of) a hole: nothing was read for them.
    bool in_hole() const { return in_hole_; }

    /// All that is left, as text. Kind::resource if the header promises more than `max_bytes`.
    Result<std::string> text(std::size_t max_bytes);

private:
    Result<void> read_block();

    archive* archive_;
    std::uint64_t size_;
    std::uint64_t done_ = 0;      // bytes given so far
    std::uint64_t next_data_ = 0; // where `block_` begins; `size_` when there is no more
    std::string_view block_;      // read, but not given yet
    bool at_end_ = false;
    bool in_hole_ = false;
};

} // namespace slipway::support
