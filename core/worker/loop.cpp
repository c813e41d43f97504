// SPDX-License-Identifier: GPL-3.0-or-later
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fcntl.h>
#include <worker/loop.hpp>

#include <map>

namespace slipway::worker {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {

/// One watch: keeps its object alive and itself armed until it is dropped.
struct Watch {
    Watch() = default;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    virtual ~Watch() = default;
};

/// Watches a duplicate of the descriptor: one that can be watched twice (reading and writing), and closed
/// by its owner at any time.
struct FdWatch final : Watch {
    FdWatch(asio::io_context& context, int fd, stream_descriptor::wait_type type, Loop::Callback call)
        : descriptor(context, ::fcntl(fd, F_DUPFD_CLOEXEC, 0)), what(type), callback(std::move(call)) {}

    stream_descriptor descriptor;
    stream_descriptor::wait_type what;
    Loop::Callback callback;
};

struct TimerWatch final : Watch {
    TimerWatch(asio::io_context& context, std::chrono::milliseconds delay) : timer(context, delay) {}

    asio::steady_timer timer;
};

struct SignalWatch final : Watch {
    SignalWatch(asio::io_context& context, int number, Loop::Callback call)
        : signals(context, number), callback(std::move(call)) {}

    asio::signal_set signals;
    Loop::Callback callback;
};

} // namespace

struct Loop::Impl {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    asio::thread_pool pool{2};
    std::map<Id, std::shared_ptr<Watch>> watches;
    Id last = 0;

    // The callback may cancel its own watch: `watch` keeps the object alive for the duration of the call.
    void arm(Id id, const std::shared_ptr<FdWatch>& watch) {
        watch->descriptor.async_wait(watch->what, [this, id, watch](const error_code& error) {
            if (error || !watches.contains(id)) return;
            watch->callback();
            if (watches.contains(id)) arm(id, watch);
        });
    }

    void arm(Id id, const std::shared_ptr<SignalWatch>& watch) {
        watch->signals.async_wait([this, id, watch](const error_code& error, int) {
            if (error || !watches.contains(id)) return;
            watch->callback();
            if (watches.contains(id)) arm(id, watch);
        });
    }

    Id watch_fd(int fd, stream_descriptor::wait_type what, Callback callback) {
        auto watch = std::make_shared<FdWatch>(context, fd, what, std::move(callback));
        watches[++last] = watch;
        arm(last, watch);
        return last;
    }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}

Loop::~Loop() {
    impl_->pool.join();
}

Loop::Id Loop::on_readable(int fd, Callback callback) {
    return impl_->watch_fd(fd, stream_descriptor::wait_read, std::move(callback));
}

Loop::Id Loop::on_writable(int fd, Callback callback) {
    return impl_->watch_fd(fd, stream_descriptor::wait_write, std::move(callback));
}

Loop::Id Loop::after(std::chrono::milliseconds delay, Callback callback) {
    auto watch = std::make_shared<TimerWatch>(impl_->context, delay);
    const Id id = ++impl_->last;
    impl_->watches[id] = watch;
    watch->timer.async_wait([this, id, watch, call = std::move(callback)](const error_code& error) {
        if (!error && impl_->watches.erase(id) > 0) call();
    });
    return id;
}

Loop::Id Loop::on_signal(int number, Callback callback) {
    auto watch = std::make_shared<SignalWatch>(impl_->context, number, std::move(callback));
    impl_->watches[++impl_->last] = watch;
    impl_->arm(impl_->last, watch);
    return impl_->last;
}

void Loop::cancel(Id id) {
    const auto it = impl_->watches.find(id);
    if (it == impl_->watches.end()) return;
    if (auto* fd = dynamic_cast<FdWatch*>(it->second.get())) fd->descriptor.close();
    if (auto* timer = dynamic_cast<TimerWatch*>(it->second.get())) timer->timer.cancel();
    if (auto* signal = dynamic_cast<SignalWatch*>(it->second.get())) signal->signals.cancel();
    impl_->watches.erase(it);
}

void Loop::post(Callback callback) {
    asio::post(impl_->context, std::move(callback));
}

void Loop::offload(Callback work, Callback done) {
    asio::post(impl_->pool, [this, job = std::move(work), then = std::move(done)]() mutable {
        job();
        asio::post(impl_->context, std::move(then));
    });
}

void Loop::run() {
    impl_->context.restart();
    impl_->context.run();
}

void Loop::stop() {
    impl_->context.stop();
}

} // namespace slipway::worker
