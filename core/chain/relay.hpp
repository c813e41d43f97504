// SPDX-License-Identifier: GPL-3.0-or-later
//
// Carries what one stage writes to another that reads it at the same time, and hashes it on the way.
// Why: docs/decisions/0031-streams-between-stages.md.
#pragma once

#include <store/store.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace slipway::chain {

/// The reader does not see the end of the bytes before release(): what a writer left unfinished must not look
/// whole. A reader that goes away does not stop the writer.
class Relay {
public:
    /// `kept`: gets the bytes, too.
    static support::Result<std::shared_ptr<Relay>> start(std::optional<store::Draft> kept);

    /// With no reader: what a draft is written through whose digest is to be known when its last byte is.
    static support::Result<std::shared_ptr<Relay>> to_store(store::Draft draft);

    ~Relay(); ///< a writer that still writes gets EPIPE
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    /// The two ends, each for one taker.
    support::UniqueFd take_writer() { return std::move(writer_); }

    support::UniqueFd take_reader() { return std::move(reader_); }

    /// Wait until the writer has closed its end and all bytes are carried. Kind::conflict: no byte has come
    /// for `patience`, and it is still open. Errors of keeping the bytes. From any thread.
    support::Result<store::Stored> wait(std::chrono::milliseconds patience);

    /// After wait(): the draft with all the bytes, if there was one.
    std::optional<store::Draft> take_kept() { return std::move(kept_); }

    /// Let the reader see the end. What wait() gave is from now on what has been published.
    void release(store::Stored stored);

    /// What was published; nothing before release().
    const std::optional<store::Stored>& published() const { return published_; }

private:
    using Clock = std::chrono::steady_clock;

    Relay() = default;
    void carry();

    support::UniqueFd writer_, from_writer_, to_reader_, reader_;
    std::optional<store::Draft> kept_;
    std::optional<store::Stored> published_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false; ///< guarded, as is the next
    support::Result<store::Stored> carried_ = support::Error{};
    support::UniqueFd stop_reader_, stop_writer_;                          ///< a pipe that wakes the thread
    std::atomic<Clock::time_point> idle_since_ = Clock::time_point::max(); ///< waiting for the writer
    std::thread thread_;
};

} // namespace slipway::chain
