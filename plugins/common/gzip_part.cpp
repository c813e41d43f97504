// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gzip_part.hpp>
#include <libdeflate.h>
#include <zlib.h>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr int raw_deflate = -15; // zlib.h, inflateInit2(): no header, 32 KiB window

Error not_sound() {
    return Error{Kind::internal, "gzip: what libdeflate made is not what it was given",
                 "the memory of this machine may be faulty"};
}

/// zlib's types: its input is not const, but left alone.
Bytef* bytes_of(const char* text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

std::string little_endian(std::uint32_t number) {
    std::string bytes;
    for (int i = 0; i < 4; ++i, number >>= 8)
        bytes += static_cast<char>(number & 0xff);
    return bytes;
}

} // namespace

void GzipPartMaker::Free::operator()(libdeflate_compressor* c) const {
    libdeflate_free_compressor(c);
}

void GzipPartMaker::Free::operator()(z_stream_s* s) const {
    ::inflateEnd(s); // nothing to end where inflateInit2() failed
    delete s;
}

GzipPartMaker::GzipPartMaker() = default;
GzipPartMaker::GzipPartMaker(GzipPartMaker&&) noexcept = default;
GzipPartMaker::~GzipPartMaker() = default;

Result<GzipPartMaker> GzipPartMaker::create(int level) {
    GzipPartMaker maker;
    maker.compressor_.reset(libdeflate_alloc_compressor(level));
    maker.reader_.reset(new z_stream_s{});
    if (!maker.compressor_ || ::inflateInit2(maker.reader_.get(), raw_deflate) != Z_OK)
        return Error{Kind::resource, "gzip: out of memory", "use fewer threads"};
    return maker;
}

Result<GzipPart> GzipPartMaker::make(std::string_view content) {
    GzipPart part;
    part.size = content.size();
    part.crc = libdeflate_crc32(0, content.data(), content.size());
    std::string& blocks = part.blocks;
    blocks.resize(libdeflate_deflate_compress_bound(compressor_.get(), content.size()));
    blocks.resize(libdeflate_deflate_compress(compressor_.get(), content.data(), content.size(),
                                              blocks.data(), blocks.size()));
    SLIPWAY_TRY_ASSIGN(const unsigned unused, unmark_last_block(blocks, content));
    // An empty stored block: three zero bits, zeros up to the byte's end, its length and that inverted.
    if (unused < 3) blocks += '\0';
    blocks.append("\x00\x00\xff\xff", 4);
    blocks.shrink_to_fit();
    return part;
}

Result<unsigned> GzipPartMaker::unmark_last_block(std::string& blocks, std::string_view content) {
    z_stream_s& reader = *reader_;
    // One byte more than it should need, so that it never stops for want of room.
    room_.resize(content.size() + 1);
    ::inflateReset(&reader);
    reader.next_in = bytes_of(blocks.data());
    reader.avail_in = static_cast<uInt>(blocks.size());
    reader.next_out = bytes_of(room_.data());
    reader.avail_out = static_cast<uInt>(room_.size());
    unsigned unused = 0;
    for (bool last = false; !last;) {
        // The block's first bit marks the last one.
        const std::size_t bit = (blocks.size() - reader.avail_in) * 8 - unused;
        if (bit / 8 >= blocks.size()) return not_sound();
        const unsigned mark = 1u << bit % 8;
        char& byte = blocks[bit / 8];
        last = (static_cast<unsigned char>(byte) & mark) != 0;
        byte = static_cast<char>(static_cast<unsigned char>(byte) & ~mark);
        // zlib.h, inflate(): to the end of the block; data_type then has 128 and the number of unused bits.
        const bool whole = ::inflate(&reader, Z_BLOCK) == Z_OK && (reader.data_type & 128) != 0;
        if (!whole) return not_sound();
        unused = static_cast<unsigned>(reader.data_type) & 7;
    }
    room_.resize(room_.size() - reader.avail_out);
    if (room_ != content || reader.avail_in != 0) return not_sound();
    return unused;
}

std::string_view GzipFrame::begin() {
    // RFC 1952, 2.3: deflate, no name, no time, no particular effort, unknown system.
    return {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10};
}

void GzipFrame::add(std::uint32_t crc, std::uint64_t size) {
    crc_ = static_cast<std::uint32_t>(::crc32_combine(crc_, crc, static_cast<z_off_t>(size)));
    size_ += size;
}

std::string GzipFrame::end() const {
    // The last block, of fixed codes and empty (RFC 1951, 3.2.6); CRC; size.
    return std::string("\x03\x00", 2) + little_endian(crc_)
           + little_endian(static_cast<std::uint32_t>(size_));
}

} // namespace slipway::common
