// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/waiting.hpp>
#include <gtest/gtest.h>

namespace slipway::chain {
namespace {

using journal::EventRecord;

EventRecord at(journal::Time time, const char* stage, const char* kind) {
    EventRecord event;
    event.time = time;
    event.stage = stage;
    event.kind = kind;
    return event;
}

TEST(Waiting, NothingWaits) {
    const Waiting waiting = waiting_of({at(1, "a", "stage_started"), at(9, "a", "stage_done")}, 100);
    EXPECT_EQ(waiting.total, 0);
    EXPECT_EQ(waiting.since, 0);
}

TEST(Waiting, ItIsNotOverWhenItIsTriedAgain) {
    const std::vector<EventRecord> events{at(10, "a", "stage_waiting"), at(30, "a", "stage_started"),
                                          at(31, "a", "stage_waiting")};
    EXPECT_EQ(waiting_of(events, 100).since, 10);
    EXPECT_EQ(waiting_of(events, 100).total, 90);
}

TEST(Waiting, EndsWithTheStage) {
    for (const char* end : {"stage_done", "stage_unchanged", "stage_failed", "stage_cancelled"}) {
        const Waiting waiting = waiting_of({at(10, "a", "stage_waiting"), at(40, "a", end)}, 100);
        EXPECT_EQ(waiting.since, 0) << end;
        EXPECT_EQ(waiting.total, 30) << end;
    }
}

TEST(Waiting, TwoAtATimeCountOnce) {
    const Waiting waiting =
        waiting_of({at(10, "a", "stage_waiting"), at(20, "b", "stage_waiting"), at(40, "a", "stage_done"),
                    at(50, "b", "stage_done"), at(70, "c", "stage_waiting")},
                   100);
    EXPECT_EQ(waiting.total, 40 + 30);
    EXPECT_EQ(waiting.since, 70);
}

TEST(Waiting, AClockThatWentBackTakesNothingAway) {
    EXPECT_EQ(waiting_of({at(500, "a", "stage_waiting")}, 100).total, 0);
}

} // namespace
} // namespace slipway::chain
