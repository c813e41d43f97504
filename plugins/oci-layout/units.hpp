// SPDX-License-Identifier: GPL-3.0-or-later
//
// Layers are cut between units: runs of entries that are compressed on their own, so that it is known what
// each takes before it is decided which layer has it.
#pragma once

#include <bytes.hpp>
#include <codec.hpp>
#include <content.hpp>

#include <functional>

namespace slipway::oci {

/// Told the bytes done, several times a second; false stops the work with Kind::cancelled.
using Meter = std::function<bool(std::uint64_t done)>;

/// What is returned then.
support::Error cancelled(const Content& content);

struct Unit {
    std::size_t begin = 0, end = 0; ///< of Content::items
    std::uint64_t size = 0;         ///< of the tar's bytes
    bool begins_segment = false;
    std::uint64_t offset = 0, packed_size = 0; ///< in the file of packed units
    std::uint32_t crc = 0;                     ///< of the tar's bytes; gzip only
};

/// Cut before each segment, and where a unit would have more than `most` bytes; never between hard links.
std::vector<Unit> cut(const Content& content, std::uint64_t most);

/// Compress the units on `threads` threads into `out` (used from offset 0 on), and fill in where each is.
/// Memory: four pieces a thread. Kind::cancelled: `meter` said so.
support::Result<void> pack(const Content& content, std::vector<Unit>& units, const Codec& codec,
                           unsigned threads, int out, const Meter& meter);

/// The bytes of items[begin, end), a megabyte at most at a time.
support::Result<void> for_items(const Content& content, std::size_t begin, std::size_t end, const Sink& sink);

} // namespace slipway::oci
