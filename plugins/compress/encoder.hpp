// SPDX-License-Identifier: GPL-3.0-or-later
//
// The compressors behind one interface. What an encoder writes depends on its settings and the input's
// bytes alone: never on the number of threads, on timing, on what is kept from earlier, or on whether the
// input's size was known.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::compress {

enum class Format {
    zstd, ///< RFC 8878
    xz,   ///< the .xz file format 1.1.0, one stream of equal blocks
    gzip, ///< RFC 1952, one member
    none, ///< the input as it is
};

struct Settings {
    Format format = Format::zstd;
    int level = 8;             ///< within levels_of(format)
    bool long_distance = true; ///< zstd only: matches up to 128 MiB back
    bool checksum = true;      ///< zstd: XXH64 of the content; xz: CRC64 of each block; gzip always has CRC32
    unsigned threads = 0;      ///< 0: one for each core; most_threads at most
    bool frames = true;        ///< zstd only: a frame for each segment of a tar that has some (segments.hpp)
    std::string cache = {};    ///< folder where frames are kept for the next time; empty: none
};

inline constexpr unsigned most_threads = 256; ///< libzstd's own limit (ZSTDMT_NBWORKERS_MAX)

struct Levels {
    int least, most, preset;
};

Levels levels_of(Format format);

/// "zstd", "xz", "gzip", "none".
std::optional<Format> format_named(std::string_view name);

/// ".zst", ".xz", ".gz" or "".
const char* suffix_of(Format format);

/// "application/zstd" (RFC 8878), "application/x-xz", "application/gzip" (RFC 6713) or
/// "application/octet-stream".
const char* media_type_of(Format format);

/// The level asked for, or the format's preset. Kind::config if it is out of the format's range.
support::Result<int> level_for(Format format, std::optional<std::int64_t> asked);

enum class Input { more, end };

/// One compression. Not thread-safe; it may run threads of its own.
class Encoder {
public:
    struct Step {
        std::size_t produced = 0; ///< bytes put at the start of `out`
        bool finished = false;    ///< the archive is complete: only after Input::end
    };

    virtual ~Encoder() = default;

    /// Take bytes off the front of `in`, put bytes into `out` (not empty). It may do only part of the
    /// work, so that the caller can look up: call until `in` is empty, and after Input::end until it is
    /// finished. Blocks for one block's time at most. Kind::resource: out of memory.
    virtual support::Result<Step> step(std::string_view& in, Input input, std::span<char> out) = 0;

    /// What the user may want to know, once it is finished; may be empty.
    virtual std::string summary() const { return {}; }
};

/// Kind::resource: out of memory. Kind::unsupported: the library refuses the settings.
support::Result<std::unique_ptr<Encoder>> make_encoder(const Settings& settings);

/// One format's part of make_encoder(): `threads` is 1 at least.
support::Result<std::unique_ptr<Encoder>> make_zstd_encoder(const Settings& settings);
support::Result<std::unique_ptr<Encoder>> make_xz_encoder(const Settings& settings);
support::Result<std::unique_ptr<Encoder>> make_gzip_encoder(const Settings& settings);
std::unique_ptr<Encoder> make_plain_encoder();

/// zstd, with frames if the input has segments.
std::unique_ptr<Encoder> make_frame_encoder(const Settings& settings);

} // namespace slipway::compress
