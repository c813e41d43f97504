// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file as a git blob: its ids, computed from the file where it lies.
#pragma once

#include <git2/oid.h>
#include <support/hash.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace slipway::git_publish {

/// Told the bytes done and their total; false stops the work with Kind::cancelled.
using Meter = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// What git knows of a file's mode (gitformat-index(5)).
enum class FileMode { regular = 0100644, executable = 0100755, link = 0120000 };

/// "100644", ...
std::string octal(FileMode mode);

/// A regular file to publish, or the text of a symbolic link. The descriptor is borrowed and read with
/// pread().
struct Source {
    int fd = -1;
    std::string path;   ///< in the tree
    std::string label;  ///< for messages: "input 1 'base.tar.zst'"
    std::string sha256; ///< what the content must be; "" if that is not known
    FileMode mode = FileMode::regular;
    bool artifact = false; ///< made by the chain: an older one of its path may not be in the history
};

struct Blob {
    git_oid id;
    int fd = -1; ///< the source's
    std::string path;
    FileMode mode = FileMode::regular;
    bool artifact = false;
    std::uint64_t size = 0; ///< bytes
    support::Digest sha256;
};

/// The size in bytes. Kind::unsupported if it is no regular file.
support::Result<std::uint64_t> size_of(const Source& source);

/// Read the file once. Kind::verify if it is not what `source.sha256` says or changed its size. `meter`
/// hears of `before` + the bytes done, out of `total`.
support::Result<Blob> hash_blob(const Source& source, std::uint64_t before, std::uint64_t total,
                                const Meter& meter);

} // namespace slipway::git_publish
