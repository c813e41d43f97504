// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/exit_text.hpp>
#include <gtest/gtest.h>
#include <worker/protocol.hpp>

#include <csignal>

namespace slipway::chain {
namespace {

worker::Exit exit_of(int code, int signal = 0) {
    worker::Exit exit;
    exit.code = code;
    exit.signal = signal;
    return exit;
}

TEST(ExitText, SaysHowAndWhere) {
    EXPECT_EQ(exit_text(exit_of(0, SIGSEGV), "run"), "crashed in run(): SIGSEGV (Segmentation fault)");
    EXPECT_EQ(exit_text(exit_of(3), "configure"), "ended its process in configure() with exit code 3");
    EXPECT_EQ(exit_text(exit_of(0, SIGABRT), "load"),
              "crashed in its constructors or entry point: SIGABRT (Aborted)");
    EXPECT_EQ(exit_text(exit_of(worker::orphaned_code), "run"), "closed its channel to the host in run()");
    EXPECT_EQ(exit_text(exit_of(0, SIGRTMIN + 3), "run").substr(0, 23), "crashed in run(): SIG37")
        << "no name";
}

TEST(ExitText, TellsTheCauseAndNotTheKillThatFollowed) {
    worker::Exit exit = exit_of(0, SIGKILL);
    exit.hung_up = true;
    EXPECT_EQ(exit_text(exit, "run"), "closed its channel to the host in run()");
    exit.broken = "malformed frame header";
    EXPECT_EQ(exit_text(exit, "run"), "broke its channel to the host in run(): malformed frame header");
}

} // namespace
} // namespace slipway::chain
