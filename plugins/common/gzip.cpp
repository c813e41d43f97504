// SPDX-License-Identifier: GPL-3.0-or-later
#include "deflate_piece.hpp"

#include <common/gzip.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Part of the format of what we make: it decides the bytes.
constexpr std::size_t piece_size = 1u << 20;

/// RFC 1952, 2.3: deflate, no name, no time, no particular effort, unknown system.
constexpr std::string_view header("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);

/// The last block: of fixed codes, and empty (RFC 1951, 3.2.6).
constexpr std::string_view last_block("\x03\x00", 2);

std::string little_endian(std::uint32_t number) {
    std::string bytes;
    for (int i = 0; i < 4; ++i, number >>= 8)
        bytes += static_cast<char>(number & 0xff);
    return bytes;
}

struct Piece {
    std::string content; ///< and then the blocks it became
    std::size_t size = 0;
    std::uint32_t crc = 0;
    std::optional<Error> error = {};
    bool done = false;
};

} // namespace

/// The threads, and the pieces in their order.
class Gzip::Pool {
public:
    Pool(std::vector<std::unique_ptr<PieceDeflater>> deflaters) : deflaters_(std::move(deflaters)) {
        for (const auto& deflater : deflaters_)
            threads_.emplace_back(
                [this, d = deflater.get()](const std::stop_token& stop) { work(*d, stop); });
    }

    void add(std::string content) {
        const std::lock_guard lock(mutex_);
        pieces_.push_back(std::make_unique<Piece>(Piece{std::move(content)}));
        changed_.notify_all();
    }

    /// Append the pieces that are done; wait while more than `left` are not.
    Result<void> take(std::size_t left, std::string& out) {
        if (!begun_) out += header;
        begun_ = true;
        std::unique_lock lock(mutex_);
        while (!pieces_.empty() && (pieces_.size() > left || pieces_.front()->done)) {
            changed_.wait(lock, [&] { return pieces_.front()->done; });
            const Piece& piece = *pieces_.front();
            if (piece.error) return *piece.error;
            out += piece.content;
            crc_ = static_cast<std::uint32_t>(
                ::crc32_combine(crc_, piece.crc, static_cast<z_off_t>(piece.size)));
            size_ += piece.size;
            pieces_.pop_front();
            --next_;
        }
        return {};
    }

    /// Every thread has a piece to work on, one to go on with, and there is one that is being taken.
    std::size_t most_pieces() const { return 2 * deflaters_.size() + 1; }

    /// What comes after the pieces.
    std::string end() const {
        return std::string(last_block) + little_endian(crc_)
               + little_endian(static_cast<std::uint32_t>(size_));
    }

private:
    void work(PieceDeflater& deflater, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [&] { return next_ < pieces_.size(); })) {
            if (stop.stop_requested()) return;
            Piece& piece = *pieces_[next_++];
            lock.unlock();
            if (auto made = make(piece, deflater); !made) piece.error = std::move(made).error();
            lock.lock();
            piece.done = true;
            changed_.notify_all();
        }
    }

    static Result<void> make(Piece& piece, PieceDeflater& deflater) try {
        piece.size = piece.content.size();
        piece.crc = libdeflate_crc32(0, piece.content.data(), piece.size);
        SLIPWAY_TRY_ASSIGN(piece.content, deflater.deflate(piece.content));
        return {};

    } catch (const std::bad_alloc&) {

        return Error{Kind::resource, "gzip: out of memory", "use fewer threads"};
    }

    std::vector<std::unique_ptr<PieceDeflater>> deflaters_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::unique_ptr<Piece>> pieces_;
    std::size_t next_ = 0; ///< the first piece that no thread has taken
    bool begun_ = false;
    std::uint32_t crc_ = 0;
    std::uint64_t size_ = 0;
    std::vector<std::jthread> threads_; // last: they end before the rest goes
};

Gzip::Gzip(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}

Gzip::Gzip(Gzip&&) noexcept = default;
Gzip::~Gzip() = default;

Result<Gzip> Gzip::create(int level, unsigned threads) {
    std::vector<std::unique_ptr<PieceDeflater>> deflaters;
    for (unsigned i = 0; i < threads; ++i) {
        deflaters.push_back(std::make_unique<PieceDeflater>());
        SLIPWAY_TRY(deflaters.back()->open(level));
    }
    try {
        return Gzip(std::make_unique<Pool>(std::move(deflaters)));
    } catch (const std::system_error& e) {
        return Error{Kind::resource, std::string("gzip: no thread: ") + e.code().message(),
                     "use fewer threads"};
    }
}

Result<void> Gzip::write(std::string_view bytes, std::string& out) {
    while (!bytes.empty()) {
        if (piece_.capacity() < piece_size) piece_.reserve(piece_size);
        const std::string_view some = bytes.substr(0, piece_size - piece_.size());
        piece_ += some;
        bytes.remove_prefix(some.size());
        if (piece_.size() < piece_size) break;
        pool_->add(std::exchange(piece_, {}));
        SLIPWAY_TRY(pool_->take(pool_->most_pieces(), out));
    }
    return {};
}

Result<void> Gzip::finish(std::string& out) {
    if (!piece_.empty()) pool_->add(std::exchange(piece_, {}));
    SLIPWAY_TRY(pool_->take(0, out));
    out += pool_->end();
    return {};
}

} // namespace slipway::common
