// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/gzip.hpp>
#include <common/ordered_pool.hpp>

#include <system_error>

namespace slipway::common {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Part of the format of what we make: it decides the bytes.
constexpr std::size_t piece_size = 1u << 20;

struct Piece {
    std::string content;
    Result<GzipPart> part = GzipPart{};
};

/// Never throws: it is a thread's.
void work(GzipPartMaker& maker, Piece& piece) try {
    piece.part = maker.make(piece.content);
    piece.content = {};

} catch (const std::bad_alloc&) {

    piece.part = Error{Kind::resource, "gzip: out of memory", "use fewer threads"};
}

} // namespace

struct Gzip::Threads {
    explicit Threads(std::vector<GzipPartMaker> m)
        : makers(std::move(m)), pool(static_cast<unsigned>(makers.size()),
                                     [this](Piece& piece, unsigned thread) { work(makers[thread], piece); }) {
    }

    std::vector<GzipPartMaker> makers;
    OrderedPool<Piece> pool;
};

Gzip::Gzip(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}

Gzip::Gzip(Gzip&&) noexcept = default;
Gzip::~Gzip() = default;

Result<Gzip> Gzip::create(int level, unsigned threads) {
    std::vector<GzipPartMaker> makers;
    for (unsigned i = 0; i < threads; ++i) {
        SLIPWAY_TRY_ASSIGN(GzipPartMaker maker, GzipPartMaker::create(level));
        makers.push_back(std::move(maker));
    }
    try {
        return Gzip(std::make_unique<Threads>(std::move(makers)));
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
        threads_->pool.add(Piece{std::exchange(piece_, {})});
        // Every thread has a piece to work on, one to go on with, and there is one to be taken.
        SLIPWAY_TRY(take(2 * threads_->makers.size() + 1, out));
    }
    return {};
}

Result<void> Gzip::finish(std::string& out) {
    if (!piece_.empty()) threads_->pool.add(Piece{std::exchange(piece_, {})});
    SLIPWAY_TRY(take(0, out));
    out += frame_.end();
    return {};
}

Result<void> Gzip::take(std::size_t most, std::string& out) {
    if (!begun_) out += GzipFrame::begin();
    begun_ = true;
    while (auto piece = threads_->pool.take(most)) {
        SLIPWAY_TRY_ASSIGN(const GzipPart part, std::move(piece->part));
        frame_.add(part.crc, part.size);
        out += part.blocks;
    }
    return {};
}

} // namespace slipway::common
