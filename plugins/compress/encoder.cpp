// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gzip.hpp>
#include <encoder.hpp>
#include <fmt/format.h>
#include <support/cores.hpp>

#include <algorithm>

namespace slipway::compress {

namespace {

/// What there is to say of a format.
struct Facts {
    const char *name, *suffix, *media_type;
    Levels levels;
};

const Facts& facts_of(Format format) {
    static constexpr Facts facts[] = {
        {"zstd", ".zst", "application/zstd", {1, 22, 8}},
        {"xz", ".xz", "application/x-xz", {0, 9, 6}},
        {"gzip",
         ".gz",
         "application/gzip",
         {common::GzipPartMaker::least_level, common::GzipPartMaker::most_level,
          common::GzipPartMaker::preset_level}},
        {"none", "", "application/octet-stream", {0, 0, 0}},
    };
    return facts[static_cast<std::size_t>(format)];
}

} // namespace

Levels levels_of(Format format) {
    return facts_of(format).levels;
}

const char* suffix_of(Format format) {
    return facts_of(format).suffix;
}

const char* media_type_of(Format format) {
    return facts_of(format).media_type;
}

std::optional<Format> format_named(std::string_view name) {
    for (const Format format : {Format::zstd, Format::xz, Format::gzip, Format::none})
        if (name == facts_of(format).name) return format;
    return std::nullopt;
}

support::Result<int> level_for(Format format, std::optional<std::int64_t> asked) {
    const Levels levels = levels_of(format);
    const std::int64_t level = asked.value_or(levels.preset);
    if (level >= levels.least && level <= levels.most) return static_cast<int>(level);
    return support::Error{support::Kind::config,
                          fmt::format("level: {} is out of the range of {}", level, facts_of(format).name),
                          levels.least == levels.most
                              ? "leave the option out"
                              : fmt::format("use a number from {} to {}", levels.least, levels.most)};
}

support::Result<std::unique_ptr<Encoder>> make_encoder(const Settings& settings) {
    Settings exact = settings;
    if (exact.threads == 0) exact.threads = support::cores();
    exact.threads = std::clamp(exact.threads, 1u, most_threads);
    if (exact.format == Format::xz) return make_xz_encoder(exact);
    if (exact.format == Format::gzip) return make_gzip_encoder(exact);
    if (exact.format == Format::none) return make_plain_encoder();
    if (exact.frames) return make_frame_encoder(exact);
    return make_zstd_encoder(exact);
}

} // namespace slipway::compress
