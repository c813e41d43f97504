// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <unistd.h>
#include <worker/loop.hpp>

#include <array>
#include <csignal>
#include <string>
#include <thread>

namespace slipway::worker {
namespace {

using namespace std::chrono_literals;

TEST(Loop, RunsTimersInTheirOrderAndForgetsCancelledOnes) {
    Loop loop;
    std::string order;
    loop.after(40ms, [&] {
        order += "c";
        loop.stop();
    });
    loop.after(1ms, [&] { order += "a"; });
    const auto dropped = loop.after(10ms, [&] { order += "x"; });
    loop.after(5ms, [&] {
        order += "b";
        loop.cancel(dropped);
    });
    loop.run();
    EXPECT_EQ(order, "abc");
}

TEST(Loop, CallsForEveryReadableMoment) {
    Loop loop;
    int fds[2];
    ASSERT_EQ(::pipe(fds), 0);
    std::string got;
    Loop::Id id = 0;
    id = loop.on_readable(fds[0], [&] {
        std::array<char, 1> byte;
        got.append(byte.data(), static_cast<std::size_t>(::read(fds[0], byte.data(), 1)));
        if (got.size() < 3) return;
        loop.cancel(id); // from within its own callback
        loop.stop();
    });
    ASSERT_EQ(::write(fds[1], "abc", 3), 3);
    loop.run();
    EXPECT_EQ(got, "abc");
    ::close(fds[0]);
    ::close(fds[1]);
}

TEST(Loop, TellsOfASignalEveryTime) {
    Loop loop;
    int count = 0;
    const auto id = loop.on_signal(SIGUSR1, [&] {
        if (++count == 2) return loop.stop();
        ::raise(SIGUSR1);
    });
    loop.post([] { ::raise(SIGUSR1); });
    loop.run();
    EXPECT_EQ(count, 2);
    loop.cancel(id);
}

TEST(Loop, WorksElsewhereAndIsDoneHere) {
    Loop loop;
    const auto here = std::this_thread::get_id();
    std::thread::id worked, done;
    loop.offload([&] { worked = std::this_thread::get_id(); },
                 [&] {
                     done = std::this_thread::get_id();
                     loop.stop();
                 });
    loop.run();
    EXPECT_NE(worked, here);
    EXPECT_EQ(done, here);
}

TEST(Loop, CanRunAgain) {
    Loop loop;
    int runs = 0;
    for (int i = 0; i < 2; ++i) {
        loop.post([&] {
            ++runs;
            loop.stop();
        });
        loop.run();
    }
    EXPECT_EQ(runs, 2);
}

TEST(Loop, CancelOfNothingIsFine) {
    Loop loop;
    loop.cancel(0);
    loop.cancel(12345);
}

} // namespace
} // namespace slipway::worker
