// SPDX-License-Identifier: GPL-3.0-or-later
//
// zstd by libzstd's advanced API (zstd.h, "Advanced compression API"), as one stream.
#include <zstd_errors.h>
#include <zstd_handle.hpp>

namespace slipway::compress {

using support::Error;
using support::Kind;

namespace {

/// What every zstd program decodes without being asked for more memory (ZSTD_WINDOWLOG_LIMIT_DEFAULT).
constexpr int long_window_log = 27;

class ZstdEncoder final : public Encoder {
public:
    explicit ZstdEncoder(ZstdContext context) : context_(std::move(context)) {}

    support::Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const auto mode = input == Input::end ? ZSTD_e_end : ZSTD_e_continue;
        const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &from, mode);
        if (ZSTD_isError(left) != 0) return zstd_error(left);
        in.remove_prefix(from.pos);
        return Step{to.pos, input == Input::end && left == 0};
    }

private:
    ZstdContext context_;
};

} // namespace

Error zstd_error(std::size_t code) {
    const Kind kind =
        ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation ? Kind::resource : Kind::internal;
    return Error{kind, std::string("zstd: ") + ZSTD_getErrorName(code)};
}

support::Result<void> set_parameter(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value) {
    const std::size_t code = ZSTD_CCtx_setParameter(context, parameter, value);
    if (ZSTD_isError(code) == 0) return {};
    return Error{Kind::unsupported, std::string("zstd: ") + ZSTD_getErrorName(code),
                 "libzstd was built without this feature"};
}

support::Result<void> set_parameters(ZSTD_CCtx* context, const Settings& settings) {
    SLIPWAY_TRY(set_parameter(context, ZSTD_c_compressionLevel, settings.level));
    SLIPWAY_TRY(set_parameter(context, ZSTD_c_checksumFlag, settings.checksum ? 1 : 0));
    if (!settings.long_distance) return {};
    SLIPWAY_TRY(set_parameter(context, ZSTD_c_enableLongDistanceMatching, 1));
    return set_parameter(context, ZSTD_c_windowLog, long_window_log);
}

support::Result<std::unique_ptr<Encoder>> make_zstd_encoder(const Settings& settings) {
    ZstdContext context(ZSTD_createCCtx());
    if (!context) return Error{Kind::resource, "zstd: out of memory"};
    SLIPWAY_TRY(set_parameters(context.get(), settings));
    // At least one worker: without any, libzstd cuts the input differently and the bytes change.
    SLIPWAY_TRY(set_parameter(context.get(), ZSTD_c_nbWorkers, static_cast<int>(settings.threads)));
    return std::unique_ptr<Encoder>(std::make_unique<ZstdEncoder>(std::move(context)));
}

} // namespace slipway::compress
