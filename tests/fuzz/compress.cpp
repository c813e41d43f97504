// SPDX-License-Identifier: GPL-3.0-or-later
//
// What compress does with foreign bytes: it finds the segments of a tar, however the bytes come, and what it
// writes unpacks to what it read. The first byte says the format.
#include "input.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <common/segments.hpp>
#include <encoder.hpp>
#include <fcntl.h>
#include <support/archive.hpp>
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

/// By libarchive, which knows nothing of how we made it.
std::string unpacked(const std::string& bytes) {
    const auto reader = support::new_archive_reader();
    archive_read_support_filter_all(reader.get());
    archive_read_support_format_raw(reader.get());
    archive_read_support_format_empty(reader.get());
    archive_entry* entry = nullptr;
    fuzz::require(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) == ARCHIVE_OK);
    if (archive_read_next_header(reader.get(), &entry) == ARCHIVE_EOF) return "";
    std::string out, room(64u << 10, '\0');
    for (;;) {
        const la_ssize_t n = archive_read_data(reader.get(), room.data(), room.size());
        fuzz::require(n >= 0);
        if (n == 0) return out;
        out.append(room, 0, static_cast<std::size_t>(n));
    }
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
    fuzz::require(unpacked(compressed(settings, bytes)) == bytes);
    return 0;
}
