// SPDX-License-Identifier: GPL-3.0-or-later
//
// xz by liblzma's multi-threaded encoder (lzma/container.h).
#include <encoder.hpp>
#include <lzma.h>

#include <algorithm>

namespace slipway::compress {

namespace {

using support::Error;
using support::Kind;

/// Milliseconds after which lzma_code() comes back though its threads are still busy.
constexpr std::uint32_t wait_ms = 100;

Error xz_error(lzma_ret code) {
    if (code == LZMA_MEM_ERROR)
        return Error{Kind::resource, "xz: out of memory", "use fewer threads or a lower level"};
    if (code == LZMA_OPTIONS_ERROR || code == LZMA_UNSUPPORTED_CHECK)
        return Error{Kind::unsupported, "xz: liblzma does not support these settings"};
    return Error{Kind::internal, "xz: liblzma failed with code " + std::to_string(code)};
}

class XzEncoder final : public Encoder {
public:
    XzEncoder() = default;
    XzEncoder(const XzEncoder&) = delete;

    ~XzEncoder() override { lzma_end(&stream_); }

    lzma_ret start(const lzma_mt& options) { return lzma_stream_encoder_mt(&stream_, &options); }

    support::Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        stream_.avail_in = in.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
        stream_.avail_out = out.size();
        const lzma_ret code = lzma_code(&stream_, input == Input::end ? LZMA_FINISH : LZMA_RUN);
        if (code != LZMA_OK && code != LZMA_STREAM_END) return xz_error(code);
        in.remove_prefix(in.size() - stream_.avail_in);
        return Step{out.size() - stream_.avail_out, code == LZMA_STREAM_END};
    }

private:
    lzma_stream stream_ = LZMA_STREAM_INIT;
};

/// Three dictionaries, 1 MiB at least: what the xz program uses, written down so that another liblzma
/// cannot change the bytes.
support::Result<std::uint64_t> block_size(std::uint32_t preset) {
    lzma_options_lzma options{};
    if (lzma_lzma_preset(&options, preset) != 0) return xz_error(LZMA_OPTIONS_ERROR);
    return std::max<std::uint64_t>(std::uint64_t{options.dict_size} * 3, 1u << 20);
}

} // namespace

support::Result<std::unique_ptr<Encoder>> make_xz_encoder(const Settings& settings) {
    lzma_mt options{};
    options.preset = static_cast<std::uint32_t>(settings.level);
    options.threads = settings.threads;
    options.check = settings.checksum ? LZMA_CHECK_CRC64 : LZMA_CHECK_NONE;
    options.timeout = wait_ms;
    SLIPWAY_TRY_ASSIGN(options.block_size, block_size(options.preset));
    auto encoder = std::make_unique<XzEncoder>();
    if (const lzma_ret code = encoder->start(options); code != LZMA_OK) return xz_error(code);
    return std::unique_ptr<Encoder>(std::move(encoder));
}

} // namespace slipway::compress
