// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parts of a gzip member that are made apart, in any order, and joined.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;
struct z_stream_s;

namespace slipway::common {

struct GzipPart {
    std::string blocks;     ///< deflate blocks (RFC 1951), none of them the last, ending on a byte boundary
    std::uint32_t crc = 0;  ///< of the content
    std::uint64_t size = 0; ///< the content's bytes
};

/// Makes parts, by libdeflate; one for each thread. libdeflate makes complete streams only, and does not say
/// where their last block begins: zlib reads them, as its examples/gzjoin.c does, which also proves them.
class GzipPartMaker {
public:
    static constexpr int least_level = 1, most_level = 12; ///< libdeflate's own
    static constexpr int preset_level = 7;

    /// Kind::resource: out of memory.
    static support::Result<GzipPartMaker> create(int level);

    GzipPartMaker(GzipPartMaker&&) noexcept;
    ~GzipPartMaker();

    support::Result<GzipPart> make(std::string_view content);

private:
    GzipPartMaker();

    /// Clear the mark of the last block. Returns how many bits of the last byte are not used.
    support::Result<unsigned> unmark_last_block(std::string& blocks, std::string_view content);

    struct Free {
        void operator()(libdeflate_compressor* c) const;
        void operator()(z_stream_s* s) const;
    };

    std::unique_ptr<libdeflate_compressor, Free> compressor_;
    std::unique_ptr<z_stream_s, Free> reader_;
    std::string room_; ///< what the reader gives back
};

/// What is around the parts: begin(), the blocks of every part that was added, end().
class GzipFrame {
public:
    /// Without name and time.
    static std::string_view begin();

    void add(std::uint32_t crc, std::uint64_t size);

    std::string end() const;

private:
    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace slipway::common
