// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/retention.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace slipway::host::gc {
namespace {

using journal::RunRecord;
using journal::Time;
using namespace std::chrono_literals;

constexpr Time hour = 3'600'000, now = 1000 * hour;

/// Ended `hours` ago.
RunRecord run(const std::string& id, Time hours, const std::string& state = "done",
              const std::string& chain = "arch") {
    RunRecord record;
    record.id = id;
    record.chain = chain;
    record.state = state;
    record.created = now - hours * hour - 1000;
    record.finished = state == "running" ? 0 : now - hours * hour;
    return record;
}

RunRecord plan(const std::string& id, Time hours) {
    RunRecord record = run(id, hours);
    record.kind = "plan";
    return record;
}

RunRecord mocked(RunRecord record) {
    record.mocked = true;
    return record;
}

/// "id+ id~ id-": whole, the record, nothing; oldest first.
std::string shares(std::vector<RunRecord> runs, const Retention& retention) {
    std::ranges::sort(runs, std::ranges::greater{}, &RunRecord::created);
    const auto found = shares_of(runs, retention, now);
    std::string text;
    for (auto it = runs.rbegin(); it != runs.rend(); ++it) {
        const Share share = found.at(it->id);
        text += (text.empty() ? "" : " ") + it->id
                + (share == Share::whole    ? "+"
                   : share == Share::record ? "~"
                                            : "-");
    }
    return text;
}

TEST(Retention, KeepsAllWithoutAWord) {
    EXPECT_EQ(shares({run("a", 900), run("b", 800, "failed"), plan("c", 700), mocked(run("d", 600))}, {}),
              "a+ b+ c+ d+");
}

TEST(Retention, TheNewestOfEachChain) {
    EXPECT_EQ(shares({run("a", 50), run("b", 40), run("c", 30), run("x", 20, "done", "other"), run("d", 10)},
                     {.newest = 2}),
              "a~ b~ c+ x+ d+");
    EXPECT_EQ(shares({run("a", 50), run("b", 40)}, {.newest = 0}), "a~ b+") << "the last release stays";
    EXPECT_EQ(shares({run("a", 50), run("b", 40)}, {.newest = 7}), "a+ b+");
}

TEST(Retention, OldReleasesGoAltogetherIfAskedTo) {
    EXPECT_EQ(shares({run("a", 50), run("b", 40), run("c", 30)}, {.newest = 1, .forget = true}), "a- b- c+");
}

TEST(Retention, WhatEndedLongAgo) {
    EXPECT_EQ(shares({run("a", 50), run("b", 41), run("c", 40), run("d", 10)}, {.age = 40h}), "a~ b~ c+ d+");
}

TEST(Retention, BothMustLetItGo) {
    EXPECT_EQ(shares({run("a", 50), run("b", 41), run("c", 30), run("d", 10)}, {.newest = 1, .age = 40h}),
              "a~ b~ c+ d+");
    EXPECT_EQ(shares({run("a", 50), run("b", 41), run("c", 30), run("d", 10)}, {.newest = 3, .age = 40h}),
              "a~ b+ c+ d+");
}

TEST(Retention, WhatWaitsOrWasInterruptedStays) {
    EXPECT_EQ(shares({run("a", 90, "waiting"), run("b", 80, "running"), run("c", 70), run("d", 60)},
                     {.newest = 0, .age = 1h, .forget = true}),
              "a+ b+ c- d+");
}

TEST(Retention, AFailureStaysUntilItsChainIsReleased) {
    EXPECT_EQ(shares({run("a", 90, "failed"), run("b", 80, "cancelled"), run("c", 70), run("d", 60, "failed"),
                      run("e", 50, "cancelled"), run("f", 40, "failed", "other")},
                     {.newest = 0}),
              "a- b- c+ d+ e+ f+");
}

TEST(Retention, AMockedRunReleasesNothing) {
    EXPECT_EQ(shares({run("a", 90), run("b", 80, "failed"), mocked(run("c", 70)), mocked(run("d", 60))},
                     {.newest = 0}),
              "a+ b+ c- d-");
}

TEST(Retention, PlansCountApart) {
    EXPECT_EQ(
        shares({plan("a", 90), plan("b", 80), run("c", 70), plan("d", 60), run("e", 50)}, {.newest = 1}),
        "a- b- c~ d+ e+");
}

TEST(Retention, WhatIsBrokenOff) {
    EXPECT_TRUE(is_broken_off(run("a", 1, "running")));
    EXPECT_TRUE(is_broken_off(run("a", 1, "failed")));
    EXPECT_TRUE(is_broken_off(run("a", 1, "cancelled")));
    EXPECT_FALSE(is_broken_off(run("a", 1, "waiting")));
    EXPECT_FALSE(is_broken_off(run("a", 1)));
    EXPECT_FALSE(is_broken_off(plan("a", 1)));
}

} // namespace
} // namespace slipway::host::gc
