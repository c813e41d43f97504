// SPDX-License-Identifier: GPL-3.0-or-later
//
// One thing in a file tree, as a package ships it and as the tar gets it, and the rules its names obey.
#pragma once

#include <support/result.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace slipway::rootfs {

enum class Type { file, directory, symlink, hardlink, fifo };

/// "file", "directory", ...: the enumerator's name, as the manifest has it.
const char* name_of(Type type);

/// Seconds since 1970-01-01 UTC and nanoseconds (0 to 999,999,999) on top of them.
struct Time {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    auto operator<=>(const Time&) const = default;
};

struct Entry {
    std::string path; ///< relative to the root, no slash at the end
    Type type = Type::file;
    unsigned mode = 0; ///< permission bits with setuid, setgid and sticky
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    Time mtime = {};
    std::uint64_t size = 0; ///< bytes; 0 for all but files
    std::string link = {};  ///< a symlink's target, or the path a hard link shares its content with
    std::map<std::string, std::string> xattrs = {};

    /// The path, with a slash at the end if it is a directory: how pacman writes it everywhere.
    std::string slashed() const { return type == Type::directory ? path + '/' : path; }
};

/// Kind::verify unless `path` (without a slash at its end) is one that can neither leave the tree nor
/// break a line of the local database: relative, no empty, "." or ".." component, UTF-8, no control
/// characters, at most 4,095 bytes (PATH_MAX without its NUL).
support::Result<void> check_path(std::string_view path);

/// Kind::verify unless `text` is not empty, UTF-8, without control characters and at most 4,095 bytes: all
/// that is asked of a symlink's target.
support::Result<void> check_text(std::string_view text);

} // namespace slipway::rootfs
