// SPDX-License-Identifier: GPL-3.0-or-later
//
// What compress does with foreign bytes: it finds the segments of a tar, however the bytes come, and what it
// writes unpacks to what it read. The first byte says the format.
#include "input.hpp"

#include <common/segments.hpp>
#include <encoder.hpp>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

using namespace slipway;

namespace {

std::vector<std::uint64_t> segments_of(std::string_view bytes, std::size_t piece) {
    common::SegmentFinder finder;
    std::vector<std::uint64_t> starts;
    std::uint64_t settled = 0;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::size_t known = starts.size();
        finder.feed(bytes.substr(at, piece), starts);
        fuzz::require(finder.settled() >= settled && finder.settled() <= std::min(at + piece, bytes.size()));
        for (std::size_t i = known; i < starts.size(); ++i)
            fuzz::require(starts[i] >= settled && (i == 0 || starts[i] > starts[i - 1]));
        settled = finder.settled();
    }
    return starts;
}

std::string compressed(const compress::Settings& settings, std::string_view bytes) {
    auto encoder = compress::make_encoder(settings);
    fuzz::require(static_cast<bool>(encoder));
    std::string out, room(64u << 10, '\0');
    for (bool finished = false; !finished;) {
        const auto step = encoder.value()->step(bytes, compress::Input::end, room);
        fuzz::require(static_cast<bool>(step));
        out.append(room, 0, step.value().produced);
        finished = step.value().finished;
    }
    return out;
}

// By the formats' own libraries, which know nothing of how we made it. `size`: of what should come out.

std::string zstd_unpacked(const std::string& bytes, std::size_t size) {
    std::string out(size + 1, '\0');
    const std::size_t n = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
    fuzz::require(ZSTD_isError(n) == 0);
    return out.substr(0, n);
}

std::string xz_unpacked(const std::string& bytes, std::size_t size) {
    std::string out(size + 1, '\0');
    std::uint64_t memory = UINT64_MAX;
    std::size_t in = 0, n = 0;
    const auto status = lzma_stream_buffer_decode(
        &memory, 0, nullptr, reinterpret_cast<const std::uint8_t*>(bytes.data()), &in, bytes.size(),
        reinterpret_cast<std::uint8_t*>(out.data()), &n, out.size());
    fuzz::require(status == LZMA_OK && in == bytes.size());
    return out.substr(0, n);
}

std::string gzip_unpacked(const std::string& bytes, std::size_t size) {
    std::string out(size + 1, '\0'), in = bytes;
    z_stream stream{};
    fuzz::require(inflateInit2(&stream, 15 + 16) == Z_OK); // 16: gzip's frame
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    fuzz::require(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0);
    const std::size_t n = stream.total_out;
    inflateEnd(&stream);
    return out.substr(0, n);
}

std::string unpacked(compress::Format format, const std::string& bytes, std::size_t size) {
    if (format == compress::Format::xz) return xz_unpacked(bytes, size);
    return format == compress::Format::gzip ? gzip_unpacked(bytes, size) : zstd_unpacked(bytes, size);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
    fuzz::require(segments_of(bytes, bytes.size() + 1) == segments_of(bytes, 100));
    compress::Settings settings;
    settings.threads = 2;
    settings.level = 1;
    settings.format = data[0] == 'x'   ? compress::Format::xz
                      : data[0] == 'g' ? compress::Format::gzip
                                       : compress::Format::zstd;
    fuzz::require(unpacked(settings.format, compressed(settings, bytes), bytes.size()) == bytes);
    return 0;
}
