// SPDX-License-Identifier: GPL-3.0-or-later
#include <bytes.hpp>
#include <common/segments.hpp>
#include <fmt/format.h>
#include <support/text.hpp>
#include <sys/stat.h>
#include <tree.hpp>
#include <unistd.h>

#include <algorithm>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;
using support::TarEntry;
using support::TarType;

namespace {

constexpr std::uint64_t block_size = 512;

/// ustar, pax and GNU headers have it (POSIX.1-2017, pax; tar's manual, "Basic Tar Format"). A compressed tar
/// does not: its entries have no bytes of their own.
bool is_plain_tar(int fd) {
    std::string block(block_size, '\0');
    const bool whole = ::pread(fd, block.data(), block.size(), 0) == static_cast<ssize_t>(block.size());
    return whole && block.compare(257, 5, "ustar") == 0;
}

/// Type of the first header: what an entry's own headers can be, and what is for others, too.
Result<void> check_header(int fd, std::uint64_t offset, const std::string& name) {
    char type = 0;
    if (::pread(fd, &type, 1, static_cast<off_t>(offset + 156)) == 1
        && (type == 'g' || type == 'S' || type == 'M'))
        return Error{Kind::unsupported,
                     fmt::format("'{}': a tar header of type '{}' at byte {}", name, type, offset),
                     "make the tar without global headers, sparse files and volumes: tar --format=pax"};
    return {};
}

} // namespace

Result<Tree> Tree::read(int fd, std::string name) {
    Tree tree;
    tree.fd_ = fd;
    tree.name_ = std::move(name);

    struct stat status {};

    if (::fstat(fd, &status) != 0) return support::errno_error("'" + tree.name_ + "'", errno);
    if (status.st_size == 0) return Error{Kind::verify, "'" + tree.name_ + "' is empty"};
    if (!is_plain_tar(fd))
        return Error{Kind::verify, "'" + tree.name_ + "' is no tar",
                     "wire the root filesystem before it is compressed"};
    if (auto read = tree.read_entries(); !read) return std::move(read).error();
    SLIPWAY_TRY(tree.mark_segments());
    return tree;
}

Result<void> Tree::read_entries() {
    const auto failed = [this](Error e) { return std::move(e).in("'" + name_ + "'"); };
    if (::lseek(fd_, 0, SEEK_SET) != 0) return support::errno_error("'" + name_ + "'", errno);
    auto reader = support::TarReader::open(fd_);
    if (!reader) return failed(std::move(reader).error());
    for (;;) {
        auto next = reader.value().next();
        if (!next) return failed(std::move(next).error());
        const std::uint64_t position = reader.value().position();
        if (!nodes_.empty()) nodes_.back().length = position - nodes_.back().offset;
        if (!next.value()) return check_end(position);
        SLIPWAY_TRY(check_header(fd_, position, name_));
        SLIPWAY_TRY(check(*next.value()));
        by_path_[next.value()->path] = nodes_.size();
        nodes_.push_back({std::move(*next.value()), position});
    }
}

Result<void> Tree::check(const TarEntry& entry) const {
    const std::vector<std::string> parts = support::split(entry.path, '/');
    const auto bad = [&](const std::string& cause) {
        return Error{Kind::verify, "'" + name_ + "': '" + support::printable(entry.path) + "' " + cause};
    };
    if (std::ranges::any_of(parts, [](const std::string& part) { return part.empty() || part == ".."; }))
        return bad("leaves the tree");
    // image-spec 1.1, layer.md, "Whiteouts".
    if (std::ranges::any_of(parts, [](const std::string& part) { return part.starts_with(".wh."); }))
        return bad("has a name that means a removed file in a layer");
    if (entry.type == TarType::hardlink && !by_path_.contains(entry.link))
        return bad("is a hard link to '" + support::printable(entry.link)
                   + "', which does not come before it");
    return {};
}

/// libarchive takes a file that stops early for one whose end is missing, and that for a tar.
Result<void> Tree::check_end(std::uint64_t end) const {
    const Error truncated{Kind::verify, "'" + name_ + "' is truncated"};
    if (nodes_.empty()) return Error{Kind::verify, "'" + name_ + "' has no entries"};
    auto zeros = read_bytes(fd_, end, block_size, name_);
    if (!zeros) return truncated;
    if (zeros.value().find_first_not_of('\0') != std::string::npos) return truncated;
    return {};
}

Result<void> Tree::mark_segments() {
    common::SegmentFinder finder;
    std::vector<std::uint64_t> starts;
    const std::uint64_t end = nodes_.back().offset + nodes_.back().length;
    SLIPWAY_TRY(for_bytes(fd_, 0, end, name_, [&](std::string_view bytes) {
        finder.feed(bytes, starts);
        return Result<void>();
    }));
    for (Node& node : nodes_)
        node.begins_segment = std::ranges::binary_search(starts, node.offset);
    return {};
}

const Node* Tree::find(const std::string& path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? nullptr : &nodes_[it->second];
}

} // namespace slipway::oci
