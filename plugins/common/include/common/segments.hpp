// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finds the segments of a tar on its way: the parts that change as one, as its maker has marked them
// ("comment=segment" in an entry's pax header, docs/reference/artifacts.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::common {

/// Reads headers only, of ustar, pax and GNU tars (POSIX.1-2017, pax; tar's manual, "Basic Tar Format").
/// What is no tar has no segments.
class SegmentFinder {
public:
    /// The next bytes of the input, in pieces of any size. Offsets from the input's start at which segments
    /// begin are appended to `starts`, ascending.
    void feed(std::string_view bytes, std::vector<std::uint64_t>& starts);

    /// No segment begins at or after `settled()` that has not been reported, as far as the input has come.
    std::uint64_t settled() const { return pending() ? header_start_ : offset_; }

private:
    bool pending() const { return state_ == State::extended || (state_ == State::header && !block_.empty()); }

    enum class State { header, extended, content, none };

    void take_header();
    void take_extended(std::vector<std::uint64_t>& starts);
    void skip(std::uint64_t size);

    State state_ = State::header;
    std::string block_;               ///< of a header or an extended header, as far as it has come
    std::uint64_t wanted_ = 512;      ///< bytes until the state ends
    std::uint64_t offset_ = 0;        ///< of the input
    std::uint64_t header_start_ = 0;  ///< of the header that is being read
    std::uint64_t extended_size_ = 0; ///< its content's bytes
    std::uint64_t next_size_ = 0;     ///< "size" of the extended header; 0: none
};

} // namespace slipway::common
