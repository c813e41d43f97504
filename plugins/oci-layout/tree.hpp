// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is in a tar, and which of its bytes make up each entry.
#pragma once

#include <support/result.hpp>
#include <support/tar.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::oci {

struct Node {
    support::TarEntry entry;
    std::uint64_t offset = 0; ///< of its first header
    std::uint64_t length = 0; ///< headers, content and padding, bytes
    bool begins_segment = false;
};

/// About 400 bytes of memory an entry.
class Tree {
public:
    /// `fd`: a file, borrowed as long as the tree is used; `name` is for messages. Kind::verify: not a tar,
    /// empty, or without its end; an entry that a layer cannot have. Kind::unsupported: headers that are more
    /// than one entry's.
    static support::Result<Tree> read(int fd, std::string name);

    int fd() const { return fd_; }

    const std::string& name() const { return name_; }

    /// In the tar's order.
    const std::vector<Node>& nodes() const { return nodes_; }

    /// The last entry of that path, or nullptr.
    const Node* find(const std::string& path) const;

private:
    support::Result<void> read_entries();
    support::Result<void> check(const support::TarEntry& entry) const;
    support::Result<void> check_end(std::uint64_t end) const;
    support::Result<void> mark_segments();

    int fd_ = -1;
    std::string name_;
    std::vector<Node> nodes_;
    std::unordered_map<std::string, std::size_t> by_path_;
};

} // namespace slipway::oci
