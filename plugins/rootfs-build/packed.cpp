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
        : fd_(std::move(fd)), room_(std::move(room)) {
        ZSTD_DCtx_reset(room_->zstd(), ZSTD_reset_session_only);
    }

    Result<std::string_view> next() override {
        out_.resize(2 * ZSTD_DStreamOutSize());
        SLIPWAY_TRY_ASSIGN(const std::size_t n, some(out_));
        return std::string_view(out_.data(), n);
    }

    Result<std::size_t> read(std::span<char> room) override {
        std::size_t filled = 0;
        while (filled < room.size()) {
            SLIPWAY_TRY_ASSIGN(const std::size_t n, some(room.subspan(filled)));
            if (n == 0) break;
            filled += n;
        }
        return filled;
    }

    std::uint64_t packed() const override { return packed_; }

private:
    /// The next bytes, as many as come at once; 0 at the end.
    Result<std::size_t> some(std::span<char> room) {
        for (;;) {
            if (from_.pos == from_.size) SLIPWAY_TRY(read_file());
            if (from_.size == 0 && left_ == 0) return std::size_t{0};
            ZSTD_outBuffer to{room.data(), room.size(), 0};
            const std::size_t before = from_.pos;
            left_ = ZSTD_decompressStream(room_->zstd(), &to, &from_);
            if (ZSTD_isError(left_) != 0) return zstd_error(left_);
            if (to.pos > 0) return to.pos;
            if (from_.size == 0 && from_.pos == before) return truncated();
        }
    }

    Result<void> read_file() {
        ssize_t n = 0;
        do
            n = ::pread(fd_.get(), room_->in().data(), room_->in().size(), static_cast<off_t>(packed_));
        while (n < 0 && errno == EINTR);
        if (n < 0) return support::errno_error("reading", errno);
        packed_ += static_cast<std::uint64_t>(n);
        from_ = {room_->in().data(), static_cast<std::size_t>(n), 0};
        return {};
    }

    support::UniqueFd fd_;
    std::shared_ptr<UnpackRoom> room_;
    std::vector<char> out_; ///< for next() alone
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

UnpackRoom::UnpackRoom() : zstd_(ZSTD_createDCtx()), in_(std::make_unique_for_overwrite<char[]>(in_size)) {
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
