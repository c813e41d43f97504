// SPDX-License-Identifier: GPL-3.0-or-later
#include "relay.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

namespace slipway::chain {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

constexpr int pipe_size = 1 << 20; // bytes: the most that an unprivileged process may ask for (pipe(7))

Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
    SLIPWAY_TRY_ASSIGN(support::Pipe pipe, support::make_pipe());
    (void)::fcntl(pipe.read.get(), F_SETPIPE_SZ, pipe_size); // where it is refused, the pipe is slower
    return std::pair(std::move(pipe.read), std::move(pipe.write));
}

/// Bytes that are read and, if there is a reader, its too: the very pages, so that no byte is copied for it.
ssize_t take(int from, int reader, bool& has_reader, std::vector<char>& buffer) {
    std::size_t most = buffer.size();
    if (has_reader) {
        const ssize_t given = ::tee(from, reader, most, 0);
        has_reader = given >= 0 || errno != EPIPE;
        if (given <= 0 && has_reader) return given;
        if (given > 0) most = static_cast<std::size_t>(given);
    }
    return ::read(from, buffer.data(), most);
}

} // namespace

Result<std::shared_ptr<Relay>> Relay::start(std::optional<store::Draft> kept) {
    std::shared_ptr<Relay> relay(new Relay());
    SLIPWAY_TRY_ASSIGN(auto in, make_pipe());
    SLIPWAY_TRY_ASSIGN(auto out, make_pipe());
    SLIPWAY_TRY_ASSIGN(auto stop, make_pipe());
    std::tie(relay->from_writer_, relay->writer_) = std::move(in);
    std::tie(relay->reader_, relay->to_reader_) = std::move(out);
    std::tie(relay->stop_reader_, relay->stop_writer_) = std::move(stop);
    relay->kept_ = std::move(kept);
    // With every signal blocked: a reader that is gone is EPIPE, and Ctrl-C is for the loop's thread.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    relay->thread_ = std::thread([self = relay.get()] { self->carry(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return relay;
}

Result<std::shared_ptr<Relay>> Relay::to_store(store::Draft draft) {
    auto relay = start(std::move(draft));
    if (relay) relay.value()->take_reader();
    return relay;
}

Relay::~Relay() {
    stop_writer_.reset(); // wakes a read
    reader_.reset();
    if (thread_.joinable()) thread_.join();
}

void Relay::carry() {
    std::vector<char> buffer(pipe_size);
    support::Sha256 hash;
    std::uint64_t size = 0;
    bool has_reader = true;
    std::optional<Error> failure;
    for (;;) {
        pollfd ends[] = {{from_writer_.get(), POLLIN, 0}, {stop_reader_.get(), POLLIN, 0}};
        idle_since_ = Clock::now();
        const int polled = ::poll(ends, 2, -1);
        idle_since_ = Clock::time_point::max();
        if (polled < 0 && errno == EINTR) continue;
        if (polled < 0) failure = support::errno_error("waiting for a pipe", errno);
        if (polled < 0) break;
        if (ends[1].revents != 0) break;
        if (ends[0].revents == 0) continue;
        const ssize_t n = take(from_writer_.get(), to_reader_.get(), has_reader, buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failure = support::errno_error("reading a pipe", errno);
        if (n <= 0) break;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
        hash.update(bytes);
        size += bytes.size();
        if (!kept_ || failure) continue;
        if (auto written = support::write_all(kept_->fd(), bytes, "an artifact"); !written)
            failure = std::move(written).error();
    }
    const std::lock_guard lock(mutex_);
    carried_ = failure ? Result<store::Stored>(*failure) : store::Stored{hash.finish(), size};
    over_ = true;
    changed_.notify_all();
}

Result<store::Stored> Relay::wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return over_; })) {
        const Clock::time_point idle_since = idle_since_;
        if (idle_since <= Clock::now() - patience)
            return Error{Kind::conflict, "the artifact is still open for writing",
                         "close every descriptor of it first"};
    }
    return carried_;
}

void Relay::release(store::Stored stored) {
    published_ = std::move(stored);
    to_reader_.reset();
}

} // namespace slipway::chain
