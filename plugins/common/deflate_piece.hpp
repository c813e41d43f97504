// SPDX-License-Identifier: GPL-3.0-or-later
//
// A piece of input as deflate blocks that more blocks can follow.
#pragma once

#include <libdeflate.h>
#include <support/result.hpp>
#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace slipway::common {

/// For one thread. libdeflate makes complete streams only, and does not say where their last block begins:
/// zlib reads them, as its examples/gzjoin.c does, which also proves them.
class PieceDeflater {
public:
    PieceDeflater() = default;
    PieceDeflater(const PieceDeflater&) = delete;
    ~PieceDeflater();

    /// Call once, before anything else. Kind::resource: out of memory.
    support::Result<void> open(int level);

    /// Blocks (RFC 1951) of which none is the last, ending on a byte boundary.
    support::Result<std::string> deflate(std::string_view content);

private:
    /// Clear the mark of the last block. Returns how many bits of the last byte are not used.
    support::Result<unsigned> unmark_last_block(std::string& blocks, std::string_view content);

    struct FreeCompressor {
        void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
    };

    std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor_;
    z_stream reader_{};
    bool reading_ = false;
    std::string room_; ///< what the reader gives back
};

} // namespace slipway::common
