// SPDX-License-Identifier: GPL-3.0-or-later
//
// libzstd's compression context, and our settings in its words.
#pragma once

#include <encoder.hpp>
#include <zstd.h>

#include <memory>

namespace slipway::compress {

struct FreeZstdContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

using ZstdContext = std::unique_ptr<ZSTD_CCtx, FreeZstdContext>;

/// Kind::resource: out of memory. Kind::internal: anything else.
support::Error zstd_error(std::size_t code);

support::Result<void> set_parameter(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value);

/// Level, checksum and window; not the number of threads.
support::Result<void> set_parameters(ZSTD_CCtx* context, const Settings& settings);

} // namespace slipway::compress
