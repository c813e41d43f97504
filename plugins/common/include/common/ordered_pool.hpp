// SPDX-License-Identifier: GPL-3.0-or-later
//
// Threads that work on jobs side by side, taken back in the order in which they were given.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace slipway::common {

/// add() and take() are for one thread. Jobs that nobody has begun when the pool goes are dropped.
template <class Job>
class OrderedPool {
public:
    /// `work` is called on thread number `thread` and must not throw. Throws std::system_error: no more
    /// threads.
    OrderedPool(unsigned threads, std::function<void(Job& job, unsigned thread)> work)
        : work_(std::move(work)) {
        for (unsigned i = 0; i < threads; ++i)
            threads_.emplace_back([this, i](const std::stop_token& stop) { run(i, stop); });
    }

    void add(Job job) {
        const std::lock_guard lock(mutex_);
        slots_.push_back(std::make_unique<Slot>(Slot{std::move(job)}));
        changed_.notify_all();
    }

    /// The next job that is done; nothing if that is still being worked on and at most `most` are left, or if
    /// none is left.
    std::optional<Job> take(std::size_t most) {
        std::unique_lock lock(mutex_);
        if (slots_.empty() || (slots_.size() <= most && !slots_.front()->done)) return std::nullopt;
        changed_.wait(lock, [&] { return slots_.front()->done; });
        std::optional<Job> job(std::move(slots_.front()->job));
        slots_.pop_front();
        --begun_;
        return job;
    }

private:
    struct Slot {
        Job job;
        bool done = false;
    };

    void run(unsigned thread, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [&] { return begun_ < slots_.size(); }) && !stop.stop_requested()) {
            Slot& slot = *slots_[begun_++];
            lock.unlock();
            work_(slot.job, thread);
            lock.lock();
            slot.done = true;
            changed_.notify_all();
        }
    }

    const std::function<void(Job&, unsigned)> work_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::unique_ptr<Slot>> slots_;
    std::size_t begun_ = 0;             ///< slots that a thread has begun
    std::vector<std::jthread> threads_; // last: they end before the rest goes
};

} // namespace slipway::common
