// SPDX-License-Identifier: GPL-3.0-or-later
#include "packed.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <cerrno>
#include <new>
#include <vector>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error truncated() {
    return Error{Kind::verify, "zstd: the file ends too early", "the file is damaged; fetch it again"};
}

Error zstd_error(std::size_t code) {
    const bool too_large = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
    return Error{too_large ? Kind::unsupported : Kind::verify,
                 std::string("zstd: ") + ZSTD_getErrorName(code),
                 too_large ? "pack it with a window of 128 MiB at most (zstd --long=27)"
                           : "the file is damaged; fetch it again"};
}

class ZstdSource final : public ByteSource {
public:
    ZstdSource(support::UniqueFd fd, std::shared_ptr<UnpackRoom> room)
        : fd_(std::move(fd)), room_(std::move(room)), in_(ZSTD_DStreamInSize()),
          out_(2 * ZSTD_DStreamOutSize()) {
        ZSTD_DCtx_reset(room_->zstd(), ZSTD_reset_session_only);
    }

    Result<std::string_view> next() override {
        for (;;) {
            if (from_.pos == from_.size) SLIPWAY_TRY(read());
            if (from_.size == 0 && left_ == 0) return std::string_view();
            ZSTD_outBuffer to{out_.data(), out_.size(), 0};
            const std::size_t before = from_.pos;
            left_ = ZSTD_decompressStream(room_->zstd(), &to, &from_);
            if (ZSTD_isError(left_) != 0) return zstd_error(left_);
            if (to.pos > 0) return std::string_view(out_.data(), to.pos);
            if (from_.size == 0 && from_.pos == before) return truncated();
        }
    }

    std::uint64_t packed() const override { return packed_; }

private:
    Result<void> read() {
        ssize_t n = 0;
        do
            n = ::pread(fd_.get(), in_.data(), in_.size(), static_cast<off_t>(packed_));
        while (n < 0 && errno == EINTR);
        if (n < 0) return support::errno_error("reading", errno);
        packed_ += static_cast<std::uint64_t>(n);
        from_ = {in_.data(), static_cast<std::size_t>(n), 0};
        return {};
    }

    support::UniqueFd fd_;
    std::shared_ptr<UnpackRoom> room_;
    std::vector<char> in_, out_;
    ZSTD_inBuffer from_{};
    std::uint64_t packed_ = 0;
    std::size_t left_ = 0; ///< of a frame; 0: between two
};

/// RFC 8878, 3.1.1: a frame; one that is skipped first is for libarchive to find out about.
bool is_zstd(int fd) {
    static constexpr std::array<unsigned char, 4> magic{0x28, 0xb5, 0x2f, 0xfd};
    std::array<unsigned char, 4> head{};
    return ::pread(fd, head.data(), head.size(), 0) == static_cast<ssize_t>(head.size()) && head == magic;
}

} // namespace

void FreeZstd::operator()(ZSTD_DCtx_s* context) const {
    ZSTD_freeDCtx(context);
}

UnpackRoom::UnpackRoom() : zstd_(ZSTD_createDCtx()) {
    if (zstd_ == nullptr) throw std::bad_alloc();
}

Result<std::unique_ptr<ByteSource>> open_packed(support::UniqueFd fd, std::shared_ptr<UnpackRoom> room) {
    if (!is_zstd(fd.get())) {
        SLIPWAY_TRY_ASSIGN(auto other, Decompressor::open(std::move(fd)));
        return std::unique_ptr<ByteSource>(std::move(other));
    }
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdSource>(std::move(fd), std::move(room)));
}

} // namespace slipway::rootfs
