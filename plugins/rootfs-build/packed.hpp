// SPDX-License-Identifier: GPL-3.0-or-later
//
// A package file's decompressed bytes: zstd by libzstd itself, whose memory serves one file after the other
// (libarchive takes and gives back a window for each, and the system hands out every page of it anew); all
// else by libarchive.
#pragma once

#include "archive.hpp"

#include <span>

struct ZSTD_DCtx_s;

namespace slipway::rootfs {

struct FreeZstd {
    void operator()(ZSTD_DCtx_s* context) const;
};

/// What decompressing needs: for one file at a time.
class UnpackRoom {
public:
    UnpackRoom(); ///< throws std::bad_alloc

    ZSTD_DCtx_s* zstd() const { return zstd_.get(); }

    std::span<char> in() { return {in_.get(), in_size}; }

private:
    std::unique_ptr<ZSTD_DCtx_s, FreeZstd> zstd_;
    static constexpr std::size_t in_size = 128u << 10;
    std::unique_ptr<char[]> in_; ///< for compressed bytes
};

/// Read from byte 0 on. zstd (RFC 8878; windows up to 128 MiB), and what Decompressor reads; frames and
/// members one after the other are one file. `room`: for this source alone.
support::Result<std::unique_ptr<ByteSource>> open_packed(support::UniqueFd fd,
                                                         std::shared_ptr<UnpackRoom> room);

} // namespace slipway::rootfs
