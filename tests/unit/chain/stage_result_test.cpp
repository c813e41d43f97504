// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verdict on a stage; what the words of a crash are is in exit_text_test.cpp.
#include <gtest/gtest.h>
#include <stage_result.hpp>

namespace slipway::chain {
namespace {

constexpr std::chrono::seconds timeout{90};

std::string verdict(const StageCourse& course, const worker::Exit& exit = {}) {
    const StageResult result = result_of(course, exit, timeout);
    return std::to_string(result.status) + ": " + result.message
           + (result.hint.empty() ? "" : " (" + result.hint + ")");
}

TEST(StageResult, IsWhatTheWorkerSaid) {
    EXPECT_EQ(verdict({.status = SLIPWAY_OK, .remark = "r", .failure = "f"}), "0: ");
    EXPECT_EQ(verdict({.status = SLIPWAY_WAITING, .remark = "not merged", .failure = "f"}),
              std::to_string(SLIPWAY_WAITING) + ": not merged");
    EXPECT_EQ(verdict({.status = SLIPWAY_WAITING, .failure = "f"}), std::to_string(SLIPWAY_WAITING) + ": f");
    EXPECT_EQ(verdict({.status = SLIPWAY_AUTH, .failure = "no token", .failure_hint = "get one"}),
              "-6: no token (get one)");
    EXPECT_EQ(verdict({.status = SLIPWAY_AUTH, .remark = "r"}), "-6: ended with 'auth' without saying why");
}

TEST(StageResult, IsWhatWasDoneToIt) {
    EXPECT_EQ(verdict({.cancelled = true}), "-1: cancelled");
    EXPECT_EQ(verdict({.phase = "run", .status = SLIPWAY_OK, .cancelled = true, .timed_out = true}),
              std::to_string(SLIPWAY_TIMEOUT)
                  + ": did not finish within 1 min 30 s, stopped in run() (give the stage a longer "
                    "\"timeout\" if it "
                    "needs one)");
    const StageResult flooded = result_of({.timed_out = true, .flooded = true}, {}, timeout);
    EXPECT_EQ(flooded.status, SLIPWAY_RESOURCE);
}

TEST(StageResult, IsACrashUnlessItEndedCleanly) {
    EXPECT_EQ(result_of({}, {}, timeout).status, SLIPWAY_CRASHED); // it said nothing
    worker::Exit killed;
    killed.signal = 11;
    EXPECT_EQ(result_of({.status = SLIPWAY_OK}, killed, timeout).status, SLIPWAY_CRASHED);
    EXPECT_EQ(result_of({.cancelled = true}, killed, timeout).status, SLIPWAY_CANCELLED);
    worker::Exit left;
    left.left = {"sleep", "cat"};
    EXPECT_EQ(verdict({.status = SLIPWAY_OK}, left),
              std::to_string(SLIPWAY_INTERNAL)
                  + ": left processes behind: sleep, cat (a stage must wait for every process it starts)");
}

} // namespace
} // namespace slipway::chain
