// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is in the tar of a root filesystem: every entry's attributes, and the few texts that checks read.
#pragma once

#include <support/tar.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace slipway::rootfs_test {

struct Node {
    support::TarType type = support::TarType::file;
    unsigned mode = 0;
    std::int64_t uid = 0;
    std::int64_t gid = 0;
    std::uint64_t size = 0;  ///< bytes of a file
    std::string link = {};   ///< a symlink's target, a hard link's file
    std::string sha256 = {}; ///< of a file's content
};

/// What to keep beside the attributes.
struct Wanted {
    std::function<bool(const std::string& path)> text; ///< of these files the content
    bool hash = false;                                 ///< of every file the SHA-256
};

/// Called for each piece of content with the bytes read so far; an error stops the reading.
using Pulse = std::function<support::Result<void>(std::uint64_t bytes)>;

class Copy;

/// One pass over the tar; nothing is unpacked. Of entries with one path the last counts, as for tar itself.
class Inventory {
public:
    /// Everything goes into `copy`, too, if there is one. Kind::verify: not a tar, or a damaged one.
    static support::Result<Inventory> read(int fd, const Wanted& wanted, const Pulse& pulse,
                                           Copy* copy = nullptr);

    /// nullptr: no such path. A hard link is itself.
    const Node* find(const std::string& path) const;

    /// The file that a hard link shares its content with; any other node is itself.
    const Node& resolved(const Node& node) const;

    /// A wanted file's content. Kind::not_found: no such file. Kind::resource: more than 16 MiB.
    support::Result<std::string> text(const std::string& path) const;

    const std::map<std::string, Node>& nodes() const { return nodes_; }

    /// Bytes of all files.
    std::uint64_t size() const;

private:
    std::map<std::string, Node> nodes_;
    std::map<std::string, std::string> texts_;
};

} // namespace slipway::rootfs_test
