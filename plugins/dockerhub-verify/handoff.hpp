// SPDX-License-Identifier: GPL-3.0-or-later
//
// A second thread that works on bytes while the first one goes on getting them.
#pragma once

#include <support/result.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace slipway::verify {

/// push() and finish() are for one thread; `work` is called on the other, piece by piece, in order. At most
/// `most` bytes wait.
class Handoff {
public:
    explicit Handoff(std::function<support::Result<void>(std::string_view)> work)
        : work_(std::move(work)), thread_([this] { run(); }) {}

    ~Handoff() { end(); }

    Handoff(const Handoff&) = delete;
    Handoff& operator=(const Handoff&) = delete;

    /// Waits while much is waiting. The error `work` has ended with, if it has.
    support::Result<void> push(std::string_view bytes) {
        piece_ += bytes;
        return piece_.size() < piece_size ? support::Result<void>() : flush();
    }

    /// Waits until all is worked on.
    support::Result<void> finish() {
        (void)flush();
        end();
        return failed_ ? support::Result<void>(*failed_) : support::Result<void>();
    }

private:
    static constexpr std::size_t piece_size = 256u << 10, most = 16; ///< 4 MiB wait at most

    support::Result<void> flush() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.size() < most || failed_; });
        if (failed_) return *failed_;
        if (!piece_.empty()) waiting_.push_back(std::move(piece_));
        piece_.clear();
        changed_.notify_all();
        return {};
    }

    void end() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }

    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
            if (waiting_.empty()) return;
            const std::string piece = std::move(waiting_.front());
            waiting_.pop_front();
            changed_.notify_all();
            lock.unlock();
            auto done = work_(piece);
            lock.lock();
            if (done) continue;
            failed_ = std::move(done).error();
            changed_.notify_all();
            return;
        }
    }

    std::function<support::Result<void>(std::string_view)> work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    std::string piece_;
    bool ended_ = false;
    std::optional<support::Error> failed_;
    std::thread thread_; // last: it uses the rest
};

} // namespace slipway::verify
