// SPDX-License-Identifier: GPL-3.0-or-later
//
// One zstd frame for each segment of a tar, compressed side by side, and kept for the next time. The result
// is an ordinary .zst: RFC 8878, 3.1, "Zstandard compressed data is made up of one or more frames".
#include <common/segments.hpp>
#include <encoder.hpp>
#include <fmt/format.h>
#include <frame_cache.hpp>
#include <piece_buffer.hpp>
#include <zstd_handle.hpp>

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::compress {

namespace {

using support::Error;
using support::Result;

/// A longer segment is cut. Part of the format of our archives: it decides their bytes.
constexpr std::size_t max_piece = 32u << 20;

/// For a piece, or any frame of one.
PieceBuffer new_room() {
    return PieceBuffer(ZSTD_compressBound(max_piece));
}

/// Bytes of pieces to be compressed and of frames to be written: enough for every thread to have something to
/// do, and for the largest first to mean something.
std::size_t max_waiting(unsigned threads) {
    return std::max(std::size_t{64} << 20, threads * (std::size_t{16} << 20));
}

/// However small a piece is, it costs some memory.
constexpr std::size_t max_pieces = 256;

/// A piece on its way to be a frame, which has memory of its own: it may have to wait for those before it,
/// and is a quarter of the size.
struct Piece {
    PieceBuffer content;
    std::string frame = {};
    std::optional<Error> error = {};
    enum class State { queued, running, done } state = State::queued;
    bool reused = false;

    std::size_t bytes() const { return content.size() + frame.size(); }
};

/// The threads. add() and take() are for one thread.
class FramePool {
public:
    explicit FramePool(const Settings& settings)
        : settings_(settings), cache_(settings.cache), threads_(settings.threads) {
        for (std::thread& thread : threads_)
            thread = std::thread([this] { work(); });
    }

    ~FramePool() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
            changed_.notify_all();
        }
        for (std::thread& thread : threads_)
            thread.join();
        cache_.remove_old();
    }

    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;

    /// Takes what is in the buffer, and leaves an empty one in its place. New memory costs more than a copy:
    /// buffers that are done with are used again, and a small piece does not hold a large one.
    void add(PieceBuffer& piece) {
        const bool small = 2 * piece.size() <= piece.touched();
        std::unique_lock lock(mutex_);
        PieceBuffer next = spare_for(small ? piece.size() : max_piece);
        lock.unlock();
        if (small) {
            next.append(piece.view());
            std::swap(piece, next);
        }
        lock.lock();
        waiting_ += piece.size();
        pieces_.push_back(std::make_unique<Piece>(Piece{std::exchange(piece, std::move(next))}));
        piece.clear();
        changed_.notify_all();
    }

    /// The next frame in the order of add(): if there is one already, or when no more fits into memory, or
    /// when no more pieces come (`end`). Nothing: not yet, or none is left.
    Result<std::unique_ptr<Piece>> take(bool end) {
        std::unique_lock lock(mutex_);
        if (pieces_.empty()) return std::unique_ptr<Piece>();
        Piece& first = *pieces_.front();
        first_is_wanted_ = !end && (waiting_ > max_waiting(settings_.threads) || pieces_.size() > max_pieces);
        if (!end && !first_is_wanted_ && first.state != Piece::State::done) return std::unique_ptr<Piece>();
        changed_.notify_all();
        changed_.wait(lock, [&] { return first.state == Piece::State::done; });
        first_is_wanted_ = false;
        if (first.error) return *first.error;
        std::unique_ptr<Piece> piece = std::move(pieces_.front());
        pieces_.pop_front();
        waiting_ -= piece->bytes();
        ++frames_;
        reused_ += piece->reused ? 1 : 0;
        return piece;
    }

    std::string summary() const {
        return fmt::format("{} frames, {} of them from earlier", frames_, reused_);
    }

private:
    /// The smallest that has memory for `size` bytes, but not for many more; of large pieces nobody knows,
    /// and they get the largest.
    PieceBuffer spare_for(std::size_t size) {
        const bool any = size == max_piece;
        auto best = spare_.end();
        for (auto it = spare_.begin(); it != spare_.end(); ++it) {
            if (!any && (it->touched() < size || it->touched() > 2 * size + (std::size_t{1} << 20))) continue;
            if (best == spare_.end() || (it->touched() > best->touched()) == any) best = it;
        }
        if (best == spare_.end()) return new_room();
        PieceBuffer buffer = std::move(*best);
        spare_.erase(best);
        spare_bytes_ -= buffer.touched();
        buffer.clear();
        return buffer;
    }

    /// The largest first, so that no long one is left for the end; but the first if that is waited for.
    Piece* choose() {
        Piece* chosen = nullptr;
        for (const auto& piece : pieces_) {
            if (piece->state != Piece::State::queued) continue;
            if (first_is_wanted_ && piece == pieces_.front()) return piece.get();
            if (chosen == nullptr || piece->content.size() > chosen->content.size()) chosen = piece.get();
        }
        return chosen;
    }

    void work() {
        ZstdContext context(ZSTD_createCCtx());
        PieceBuffer room = new_room(), found = new_room();
        std::unique_lock lock(mutex_);
        for (;;) {
            Piece* piece = nullptr;
            changed_.wait(lock, [&] { return stop_ || (piece = choose()) != nullptr; });
            if (stop_) return;
            piece->state = Piece::State::running;
            lock.unlock();
            const std::size_t before = piece->bytes();
            if (auto made = make(*piece, context.get(), room, found); !made)
                piece->error = std::move(made).error();
            PieceBuffer old = std::exchange(piece->content, {});
            lock.lock();
            waiting_ += piece->bytes() - before; // modulo 2^64 as a whole
            keep_spare(old);
            piece->state = Piece::State::done;
            changed_.notify_all();
        }
    }

    Result<void> make(Piece& piece, ZSTD_CCtx* context, PieceBuffer& room, PieceBuffer& found) const {
        const std::string_view content = piece.content.view();
        const std::string name = cache_.name_of(recipe_, content);
        if (cache_.find(name, found)) {
            piece.frame = found.view();
            piece.reused = true;
            return {};
        }
        if (context == nullptr) return Error{support::Kind::resource, "zstd: out of memory"};
        ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
        SLIPWAY_TRY(set_frame_parameters(context, content.size()));
        const std::size_t size =
            ZSTD_compress2(context, room.data(), room.room_left(), content.data(), content.size());
        if (ZSTD_isError(size) != 0) return zstd_error(size);
        piece.frame.assign(room.data(), size);
        cache_.keep(name, piece.frame);
        return {};
    }

    /// zstd's levels 7 and 8 are made for streams. Of a piece the window holds everything, so that the
    /// ordinary search finds much of what the one for long distances would; and small tables stay in the
    /// processor's caches. Measured in decision 0032.
    Result<void> set_frame_parameters(ZSTD_CCtx* context, std::size_t size) const {
        if ((settings_.level != 7 && settings_.level != 8) || !settings_.long_distance)
            return set_parameters(context, settings_);
        const bool fast = settings_.level == 7;
        Settings plain = settings_;
        plain.long_distance = fast;
        SLIPWAY_TRY(set_parameters(context, plain));
        if (fast) SLIPWAY_TRY(set_parameter(context, ZSTD_c_ldmMinMatch, 48));
        SLIPWAY_TRY(set_parameter(context, ZSTD_c_windowLog, std::countr_zero(max_piece)));
        const int hash_log = static_cast<int>(std::bit_width(size)) - (fast ? 1 : 2);
        SLIPWAY_TRY(set_parameter(context, ZSTD_c_hashLog, std::clamp(hash_log, 10, fast ? 19 : 21)));
        SLIPWAY_TRY(set_parameter(context, ZSTD_c_searchLog, fast ? 4 : 3));
        return set_parameter(context, ZSTD_c_strategy, ZSTD_lazy);
    }

    /// Within the bound of what waits and one piece more, since a large one would seldom fit else.
    void keep_spare(PieceBuffer& buffer) {
        const std::size_t most = max_waiting(settings_.threads) + max_piece;
        if (buffer.touched() == 0 || waiting_ + spare_bytes_ + buffer.touched() > most) return;
        spare_bytes_ += buffer.touched();
        spare_.push_back(std::move(buffer));
    }

    const Settings settings_;
    /// All that a frame depends on, but for its content.
    const std::string recipe_ =
        fmt::format("zstd {} level {} long {} checksum {} parameters 5\n", ZSTD_versionNumber(),
                    settings_.level, settings_.long_distance, settings_.checksum);
    const FrameCache cache_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Piece>> pieces_;
    std::size_t waiting_ = 0, spare_bytes_ = 0;
    std::vector<PieceBuffer> spare_;
    bool first_is_wanted_ = false, stop_ = false;
    std::size_t frames_ = 0, reused_ = 0;
    std::vector<std::thread> threads_;
};

class FrameEncoder final : public Encoder {
public:
    explicit FrameEncoder(const Settings& settings) : pool_(settings) {}

    Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        if (!in.empty()) cut(take(in));
        const bool end = input == Input::end && in.empty();
        if (end && !flushed_) flush();
        if (left_.empty()) SLIPWAY_TRY(next_frame(end));
        const std::size_t n = left_.copy(out.data(), out.size());
        left_.remove_prefix(n);
        return Step{n, end && n == 0};
    }

    std::string summary() const override { return pool_.summary(); }

private:
    /// A little at a time, so that frames go out while the input comes in.
    static std::string_view take(std::string_view& in) {
        const std::string_view some = in.substr(0, 1u << 20);
        in.remove_prefix(some.size());
        return some;
    }

    void cut(std::string_view bytes) {
        finder_.feed(bytes, starts_);
        for (const std::uint64_t start : starts_) {
            give(start - given_, bytes);
            flush_piece();
        }
        starts_.clear();
        give(finder_.settled() - given_, bytes);
        held_.append(bytes);
    }

    /// Move `count` bytes to the piece: of what is held, then of what has come.
    void give(std::uint64_t count, std::string_view& bytes) {
        given_ += count;
        const auto old = std::min<std::uint64_t>(count, held_.size());
        append(std::string_view(held_).substr(0, old));
        held_.erase(0, old);
        append(bytes.substr(0, count - old));
        bytes.remove_prefix(count - old);
    }

    /// The piece is cut when it is full.
    void append(std::string_view bytes) {
        while (!bytes.empty()) {
            if (piece_.size() == max_piece) flush_piece();
            const std::string_view some = bytes.substr(0, max_piece - piece_.size());
            piece_.append(some);
            bytes.remove_prefix(some.size());
        }
    }

    void flush_piece() {
        if (piece_.size() > 0) pool_.add(piece_);
    }

    void flush() {
        append(held_);
        flush_piece();
        flushed_ = true;
    }

    Result<void> next_frame(bool end) {
        SLIPWAY_TRY_ASSIGN(going_out_, pool_.take(end));
        left_ = going_out_ ? std::string_view(going_out_->frame) : std::string_view();
        return {};
    }

    FramePool pool_;
    common::SegmentFinder finder_;
    std::vector<std::uint64_t> starts_;
    std::string held_;        ///< bytes that a segment may begin in
    std::uint64_t given_ = 0; ///< bytes before them
    PieceBuffer piece_ = new_room();
    bool flushed_ = false;
    std::unique_ptr<Piece> going_out_;
    std::string_view left_; ///< of its frame
};

/// Looks at the first bytes: a tar whose first entry begins a segment gets frames, all else one stream.
class ChoosingEncoder final : public Encoder {
public:
    explicit ChoosingEncoder(Settings settings) : settings_(std::move(settings)) {}

    Result<Step> step(std::string_view& in, Input input, std::span<char> out) override {
        if (!chosen_) {
            std::vector<std::uint64_t> starts;
            common::SegmentFinder().feed(in, starts);
            if (!starts.empty() && starts.front() == 0) {
                chosen_ = std::make_unique<FrameEncoder>(settings_);
            } else {
                SLIPWAY_TRY_ASSIGN(chosen_, make_zstd_encoder(settings_));
            }
        }
        return chosen_->step(in, input, out);
    }

    std::string summary() const override { return chosen_ ? chosen_->summary() : ""; }

private:
    Settings settings_;
    std::unique_ptr<Encoder> chosen_;
};

} // namespace

std::unique_ptr<Encoder> make_frame_encoder(const Settings& settings) {
    return std::make_unique<ChoosingEncoder>(settings);
}

} // namespace slipway::compress
