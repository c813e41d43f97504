// SPDX-License-Identifier: GPL-3.0-or-later
#include "deflate_piece.hpp"

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr int raw_deflate = -15; // zlib.h, inflateInit2(): no header, 32 KiB window

Error out_of_memory() {
    return Error{Kind::resource, "gzip: out of memory", "use fewer threads"};
}

Error not_sound() {
    return Error{Kind::internal, "gzip: what libdeflate made is not what it was given",
                 "the memory of this machine may be faulty"};
}

Bytef* bytes_of(const char* text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text)); // zlib's own input is not const
}

} // namespace

PieceDeflater::~PieceDeflater() {
    if (reading_) ::inflateEnd(&reader_);
}

Result<void> PieceDeflater::open(int level) {
    compressor_.reset(libdeflate_alloc_compressor(level));
    reading_ = ::inflateInit2(&reader_, raw_deflate) == Z_OK;
    if (!compressor_ || !reading_) return out_of_memory();
    return {};
}

Result<std::string> PieceDeflater::deflate(std::string_view content) {
    std::string blocks(libdeflate_deflate_compress_bound(compressor_.get(), content.size()), '\0');
    blocks.resize(libdeflate_deflate_compress(compressor_.get(), content.data(), content.size(),
                                              blocks.data(), blocks.size()));
    SLIPWAY_TRY_ASSIGN(const unsigned unused, unmark_last_block(blocks, content));
    // An empty stored block: three zero bits, zeros up to the byte's end, its length and that inverted.
    if (unused < 3) blocks += '\0';
    blocks.append("\x00\x00\xff\xff", 4);
    blocks.shrink_to_fit();
    return blocks;
}

Result<unsigned> PieceDeflater::unmark_last_block(std::string& blocks, std::string_view content) {
    // One byte more than it should need, so that it never stops for want of room.
    room_.resize(content.size() + 1);
    ::inflateReset(&reader_);
    reader_.next_in = bytes_of(blocks.data());
    reader_.avail_in = static_cast<uInt>(blocks.size());
    reader_.next_out = bytes_of(room_.data());
    reader_.avail_out = static_cast<uInt>(room_.size());
    unsigned unused = 0;
    for (bool last = false; !last;) {
        // The block's first bit marks the last one.
        const std::size_t bit = (blocks.size() - reader_.avail_in) * 8 - unused;
        if (bit / 8 >= blocks.size()) return not_sound();
        const unsigned mark = 1u << bit % 8;
        char& byte = blocks[bit / 8];
        last = (static_cast<unsigned char>(byte) & mark) != 0;
        byte = static_cast<char>(static_cast<unsigned char>(byte) & ~mark);
        // zlib.h, inflate(): to the end of the block; data_type then has 128 and the number of unused bits.
        const bool whole = ::inflate(&reader_, Z_BLOCK) == Z_OK && (reader_.data_type & 128) != 0;
        if (!whole) return not_sound();
        unused = static_cast<unsigned>(reader_.data_type) & 7;
    }
    room_.resize(room_.size() - reader_.avail_out);
    if (room_ != content || reader_.avail_in != 0) return not_sound();
    return unused;
}

} // namespace slipway::common
