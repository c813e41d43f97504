// SPDX-License-Identifier: GPL-3.0-or-later
//
// How layers are compressed: pieces that are made apart, in any order, and put one behind the other.
#pragma once

#include <common/gzip_part.hpp>
#include <support/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::oci {

enum class Compression { gzip, zstd, none };

/// "gzip", "zstd", "none".
std::optional<Compression> compression_named(std::string_view name);

struct Codec {
    Compression compression = Compression::gzip;
    int level = common::GzipPartMaker::preset_level; ///< gzip 1 to 12, zstd 1 to 22

    /// The level asked for, or the compression's preset. Kind::config: out of range.
    static support::Result<Codec> create(Compression compression, std::optional<std::int64_t> level);

    /// "application/vnd.oci.image.layer.v1.tar+gzip" (image-spec 1.1, media-types.md).
    const char* media_type() const;

    /// Content of more bytes is cut. Part of the format: it decides the bytes.
    std::size_t piece_size() const;
};

/// Content compressed.
struct Packed {
    std::string bytes;
    std::uint32_t crc = 0; ///< of the content; gzip only
};

/// For one thread.
class PieceMaker {
public:
    virtual ~PieceMaker() = default;
    virtual support::Result<Packed> make(std::string_view content) = 0;
};

/// Kind::resource: out of memory. Kind::unsupported: libzstd refuses the level.
support::Result<std::unique_ptr<PieceMaker>> make_piece_maker(const Codec& codec);

} // namespace slipway::oci
