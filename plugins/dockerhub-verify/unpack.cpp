// SPDX-License-Identifier: GPL-3.0-or-later
#include "unpack.hpp"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <vector>

namespace slipway::verify {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t room = 256u << 10;

Error damaged(const char* what) {
    return {Kind::verify, what};
}

class Plain final : public Unpacker {
public:
    explicit Plain(Bytes sink) : sink_(std::move(sink)) {}

    Result<void> feed(std::string_view bytes) override { return sink_(bytes); }

    Result<void> finish() override { return {}; }

private:
    Bytes sink_;
};

/// Several members, one behind the other, are one content (RFC 1952, 2.2).
class Gzip final : public Unpacker {
public:
    explicit Gzip(Bytes sink) : sink_(std::move(sink)), out_(room) {}

    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    ~Gzip() override {
        if (begun_) inflateEnd(&stream_);
    }

    bool begin() {
        begun_ = inflateInit2(&stream_, 15 + 16) == Z_OK; // 16: gzip's frame alone
        return begun_;
    }

    Result<void> feed(std::string_view bytes) override {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        bool more = true; // zlib may hold more than fits into `out_`
        while (stream_.avail_in > 0 || more) {
            if (at_end_) {
                if (stream_.avail_in == 0) break;
                inflateReset(&stream_);
                at_end_ = false;
            }
            stream_.next_out = out_.data();
            stream_.avail_out = static_cast<uInt>(out_.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
                return damaged("damaged gzip data");
            at_end_ = status == Z_STREAM_END;
            more = stream_.avail_out == 0;
            const std::size_t made = out_.size() - stream_.avail_out;
            if (made > 0) SLIPWAY_TRY(sink_({reinterpret_cast<const char*>(out_.data()), made}));
            if (status == Z_BUF_ERROR && made == 0) break;
        }
        return {};
    }

    Result<void> finish() override {
        return at_end_ ? Result<void>() : Result<void>(damaged("gzip data that ends too early"));
    }

private:
    Bytes sink_;
    z_stream stream_{};
    std::vector<Bytef> out_;
    bool begun_ = false, at_end_ = false;
};

struct FreeContext {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Several frames are one content; skippable ones are skipped (RFC 8878, 3.1).
class Zstd final : public Unpacker {
public:
    Zstd(Bytes sink, std::unique_ptr<ZSTD_DCtx, FreeContext> context)
        : sink_(std::move(sink)), context_(std::move(context)), out_(ZSTD_DStreamOutSize()) {
        ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, 27);
    }

    Result<void> feed(std::string_view bytes) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        bool more = true;
        while (in.pos < in.size || more) {
            ZSTD_outBuffer out{out_.data(), out_.size(), 0};
            left_ = ZSTD_decompressStream(context_.get(), &out, &in);
            if (ZSTD_isError(left_)) return damaged("damaged zstd data, or a window of more than 128 MiB");
            more = left_ != 0 && out.pos == out.size;
            if (out.pos > 0) SLIPWAY_TRY(sink_({out_.data(), out.pos}));
        }
        return {};
    }

    Result<void> finish() override {
        return left_ == 0 ? Result<void>() : Result<void>(damaged("zstd data that ends too early"));
    }

private:
    Bytes sink_;
    std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
    std::vector<char> out_;
    std::size_t left_ = 1; ///< what zstd still wants; 0 at the end of a frame
};

} // namespace

std::optional<Compression> compression_of(const std::string& media_type) {
    // image-spec 1.1, layer.md; distribution's docs, "Image Manifest V 2, Schema 2".
    static constexpr std::array known{
        std::pair{"application/vnd.oci.image.layer.v1.tar", Compression::none},
        std::pair{"application/vnd.oci.image.layer.v1.tar+gzip", Compression::gzip},
        std::pair{"application/vnd.oci.image.layer.v1.tar+zstd", Compression::zstd},
        std::pair{"application/vnd.docker.image.rootfs.diff.tar", Compression::none},
        std::pair{"application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::gzip},
        std::pair{"application/vnd.docker.image.rootfs.diff.tar.zstd", Compression::zstd},
    };
    for (const auto& [name, compression] : known)
        if (media_type == name) return compression;
    return std::nullopt;
}

Result<std::unique_ptr<Unpacker>> make_unpacker(Compression compression, Bytes sink) {
    const Error no_memory{Kind::resource, "unpacking: out of memory"};
    if (compression == Compression::none)
        return std::unique_ptr<Unpacker>(std::make_unique<Plain>(std::move(sink)));
    if (compression == Compression::gzip) {
        auto gzip = std::make_unique<Gzip>(std::move(sink));
        if (!gzip->begin()) return no_memory;
        return std::unique_ptr<Unpacker>(std::move(gzip));
    }
    std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    if (context == nullptr) return no_memory;
    return std::unique_ptr<Unpacker>(std::make_unique<Zstd>(std::move(sink), std::move(context)));
}

} // namespace slipway::verify
