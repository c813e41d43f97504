// SPDX-License-Identifier: GPL-3.0-or-later
#include <encoder.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace slipway::compress {

namespace {

const char* name_of(Format format) {
    return format == Format::zstd ? "zstd" : "xz";
}

} // namespace

Levels levels_of(Format format) {
    return format == Format::zstd ? Levels{1, 22, 8} : Levels{0, 9, 6};
}

const char* suffix_of(Format format) {
    return format == Format::zstd ? ".zst" : ".xz";
}

const char* media_type_of(Format format) {
    return format == Format::zstd ? "application/zstd" : "application/x-xz";
}

support::Result<int> level_for(Format format, std::optional<std::int64_t> asked) {
    const Levels levels = levels_of(format);
    const std::int64_t level = asked.value_or(levels.preset);
    if (level >= levels.least && level <= levels.most) return static_cast<int>(level);
    return support::Error{support::Kind::config,
                          fmt::format("level: {} is out of the range of {}", level, name_of(format)),
                          fmt::format("use a number from {} to {}", levels.least, levels.most)};
}

support::Result<std::unique_ptr<Encoder>> make_encoder(const Settings& settings) {
    Settings exact = settings;
    if (exact.threads == 0) exact.threads = std::thread::hardware_concurrency();
    exact.threads = std::clamp(exact.threads, 1u, most_threads);
    if (exact.format == Format::xz) return make_xz_encoder(exact);
    if (exact.frames) return make_frame_encoder(exact);
    return make_zstd_encoder(exact);
}

} // namespace slipway::compress
