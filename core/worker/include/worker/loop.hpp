// SPDX-License-Identifier: GPL-3.0-or-later
//
// The host's event loop: one thread on which everything but offloaded work happens. Boost.Asio behind it;
// only loop.cpp pays for its headers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace slipway::worker {

class Loop {
public:
    /// Names a watch or timer; 0 names none.
    using Id = std::uint64_t;
    using Callback = std::function<void()>;

    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // All but offload()'s work runs on the thread that called run(). A watched descriptor stays the caller's
    // and may be closed any time, but its watch goes on until cancel().

    /// Call back whenever `fd` can be read (or has ended), until cancelled.
    Id on_readable(int fd, Callback callback);

    /// Call back whenever `fd` can be written, until cancelled.
    Id on_writable(int fd, Callback callback);

    /// Call back once, after `delay`.
    Id after(std::chrono::milliseconds delay, Callback callback);

    /// Call back at every arrival of the signal, until cancelled.
    Id on_signal(int number, Callback callback);

    /// Forget it: the callback is not called any more, even if it is due. 0 and unknown ids are fine.
    void cancel(Id id);

    /// Call back soon, from run().
    void post(Callback callback);

    /// Run `work` on another thread, then `done` on this one.
    void offload(Callback work, Callback done);

    /// Run until stop().
    void run();
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::worker
