// SPDX-License-Identifier: GPL-3.0-or-later
//
// A strict reader of the tars that layers are. Docker, containerd, podman and libarchive read one tar in
// different ways where it is odd: whoever made the layer could show each of them another tree. What is odd is
// told.
#pragma once

#include "pax.hpp"

#include <support/tar.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::verify {

/// Takes what is in a tar, in its order.
class TarSink {
public:
    virtual ~TarSink() = default;

    /// `entry.path` is as the tar has it, but without "./" in front and a directory's slash at the end; the
    /// root is
    /// ".". `odd`: what is odd about it ("" for nothing).
    virtual support::Result<void> begin(support::TarEntry entry, const std::string& odd) = 0;
    virtual void content(std::string_view bytes) = 0; ///< of a file: entry.size bytes in all
    virtual support::Result<void> end() = 0;          ///< of the entry
    virtual void odd(const std::string& what) = 0;    ///< about the whole tar
};

/// ustar, pax, and GNU's long names (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar's manual, "Basic
/// Tar Format"). Memory: one extended header, at most 1 MiB (as Go's archive/tar).
class TarStream {
public:
    explicit TarStream(TarSink& sink) : sink_(sink) {}

    /// The next bytes, in pieces of any size. Kind::verify: not a tar, or one that cannot be read in one way
    /// only.
    support::Result<void> feed(std::string_view bytes);

    /// Call once, after the last byte. Kind::verify: it ends within an entry.
    support::Result<void> finish();

private:
    enum class State { header, extended, content, padding, end };

    support::Result<void> take_block();
    support::Result<void> take_header();
    support::Result<void> take_zero_block();
    support::Result<void> take_extended();
    support::Result<void> begin_entry(char type);
    support::Result<void> read_names(support::TarEntry& entry, char type, const Extended& pax,
                                     std::string& odd);
    support::Result<void> read_numbers(support::TarEntry& entry, const Extended& pax, std::string& odd) const;
    support::Result<std::uint64_t> size_of_header() const;
    void enter(State state, std::uint64_t left);
    std::string_view field(std::size_t offset, std::size_t width) const;

    TarSink& sink_;
    State state_ = State::header;
    std::string block_;        ///< of a header or an extended header, as far as it has come
    std::uint64_t left_ = 512; ///< bytes until the state ends
    std::uint64_t padding_ = 0;
    char extended_type_ = 0; ///< x, L or K
    bool zero_block_ = false;
    bool pending_ = false; ///< an extended header waits for its entry
    std::optional<Extended> pax_;
    std::optional<std::string> long_name_, long_link_;
    std::string odd_; ///< what was odd in the extended headers
};

} // namespace slipway::verify
