// SPDX-License-Identifier: GPL-3.0-or-later
//
// The declarative checks of a root filesystem.
#pragma once

#include "finding.hpp"
#include "inventory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::rootfs_test {

/// What one path must be. Symlinks are not followed, neither at the end of the path nor within.
struct FileRule {
    std::string path;
    std::optional<std::string> type = {}; ///< support::name_of(TarType); a hard link counts as a file
    std::optional<unsigned> mode = {};
    std::optional<std::int64_t> uid = {};
    std::optional<std::int64_t> gid = {};
    std::optional<std::string> link = {}; ///< a symlink's target
    std::optional<std::uint64_t> max_size = {};
    std::optional<std::string> matches =
        {}; ///< POSIX extended regular expression; ^ and $ are those of lines
};

struct Rules {
    std::vector<FileRule> files;
    std::vector<std::string> absent = {}; ///< shell patterns: no path may match
    std::int64_t accounts = 0;            ///< at least so many in etc/passwd; 0: not checked
    bool root_locked = false;
    bool world_writable = false;                    ///< check that there is nothing of that kind
    std::optional<std::vector<std::string>> setuid; ///< shell patterns: no other file may be setuid or setgid
    bool package_database = false;
    std::vector<std::string> allow_missing;
    std::uint64_t max_size = 0; ///< of all files together, in bytes; 0: not checked
};

/// Kind::config: a regular expression that is none.
support::Result<void> validate(const Rules& rules);

/// What the rules need of the tar.
Wanted wanted(const Rules& rules);

/// Every rule, one Check each, in the order of `Rules`.
std::vector<Check> check(const Inventory& inventory, const Rules& rules);

} // namespace slipway::rootfs_test
