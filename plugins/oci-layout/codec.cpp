// SPDX-License-Identifier: GPL-3.0-or-later
#include <codec.hpp>
#include <fmt/format.h>
#include <zstd.h>

namespace slipway::oci {

using common::GzipPartMaker;
using support::Error;
using support::Kind;
using support::Result;

namespace {

struct Facts {
    const char *name, *media_type;
    std::size_t piece_size;
    int least, most, preset;
};

const Facts& facts_of(Compression compression) {
    static constexpr Facts facts[] = {
        {"gzip", "application/vnd.oci.image.layer.v1.tar+gzip", 1u << 20, GzipPartMaker::least_level,
         GzipPartMaker::most_level, GzipPartMaker::preset_level},
        {"zstd", "application/vnd.oci.image.layer.v1.tar+zstd", 8u << 20, 1, 22, 8},
        {"none", "application/vnd.oci.image.layer.v1.tar", 1u << 20, 0, 0, 0},
    };
    return facts[static_cast<std::size_t>(compression)];
}

class GzipPieces final : public PieceMaker {
public:
    explicit GzipPieces(GzipPartMaker maker) : maker_(std::move(maker)) {}

    Result<Packed> make(std::string_view content) override {
        SLIPWAY_TRY_ASSIGN(auto part, maker_.make(content));
        return Packed{std::move(part.blocks), part.crc};
    }

private:
    GzipPartMaker maker_;
};

/// A frame (RFC 8878) for each piece.
class ZstdPieces final : public PieceMaker {
public:
    explicit ZstdPieces(ZSTD_CCtx* context) : context_(context) {}

    Result<Packed> make(std::string_view content) override {
        Packed packed{std::string(ZSTD_compressBound(content.size()), '\0')};
        const std::size_t size = ZSTD_compress2(context_.get(), packed.bytes.data(), packed.bytes.size(),
                                                content.data(), content.size());
        if (ZSTD_isError(size) != 0)
            return Error{Kind::resource, std::string("zstd: ") + ZSTD_getErrorName(size)};
        packed.bytes.resize(size);
        packed.bytes.shrink_to_fit();
        return packed;
    }

private:
    struct Free {
        void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    };

    std::unique_ptr<ZSTD_CCtx, Free> context_;
};

class PlainPieces final : public PieceMaker {
public:
    Result<Packed> make(std::string_view content) override { return Packed{std::string(content)}; }
};

} // namespace

std::optional<Compression> compression_named(std::string_view name) {
    for (const auto compression : {Compression::gzip, Compression::zstd, Compression::none})
        if (name == facts_of(compression).name) return compression;
    return std::nullopt;
}

Result<Codec> Codec::create(Compression compression, std::optional<std::int64_t> level) {
    const Facts& facts = facts_of(compression);
    const std::int64_t chosen = level.value_or(facts.preset);
    if (chosen >= facts.least && chosen <= facts.most) return Codec{compression, static_cast<int>(chosen)};
    return Error{Kind::config, fmt::format("level: {} is out of the range of {}", chosen, facts.name),
                 facts.most == 0 ? std::string("leave it out")
                                 : fmt::format("use a number from {} to {}", facts.least, facts.most)};
}

const char* Codec::media_type() const {
    return facts_of(compression).media_type;
}

std::size_t Codec::piece_size() const {
    return facts_of(compression).piece_size;
}

Result<std::unique_ptr<PieceMaker>> make_piece_maker(const Codec& codec) {
    using Maker = std::unique_ptr<PieceMaker>;
    if (codec.compression == Compression::none) return Maker(std::make_unique<PlainPieces>());
    if (codec.compression == Compression::gzip) {
        SLIPWAY_TRY_ASSIGN(auto maker, GzipPartMaker::create(codec.level));
        return Maker(std::make_unique<GzipPieces>(std::move(maker)));
    }
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    if (context == nullptr) return Error{Kind::resource, "zstd: out of memory", "use fewer threads"};
    Maker maker = std::make_unique<ZstdPieces>(context);
    if (ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, codec.level)) != 0
        || ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) != 0)
        return Error{Kind::unsupported, "zstd: libzstd refuses the level"};
    return maker;
}

} // namespace slipway::oci
