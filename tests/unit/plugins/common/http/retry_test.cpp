// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <http/retry.hpp>

namespace slipway::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Error;
using support::Kind;
using support::Result;
using testing::ElementsAre;

constexpr std::int64_t now = 1'793'836'800; // 2026-11-05T00:00:00Z

Response answer(long status, Headers headers = {}) {
    return {status, std::move(headers), "", ""};
}

TEST(AskedPause, EveryForm) {
    EXPECT_EQ(asked_pause(answer(503, {{"retry-after", "120"}}), now), seconds(120));
    EXPECT_EQ(asked_pause(answer(503, {{"Retry-After", "Thu, 05 Nov 2026 00:01:00 GMT"}}), now), seconds(60));
    EXPECT_EQ(asked_pause(answer(503, {{"Retry-After", "Wed, 04 Nov 2026 00:01:00 GMT"}}), now), seconds(0));
    EXPECT_EQ(asked_pause(answer(429, {{"X-Retry-After", "1793836830"}}), now), seconds(30));
    EXPECT_EQ(asked_pause(answer(429, {{"X-RateLimit-Reset", "1793836807"}}), now), seconds(7));
    EXPECT_EQ(
        asked_pause(answer(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1793836807"}}), now),
        seconds(7));
}

TEST(AskedPause, NothingWhereNothingIsAsked) {
    EXPECT_EQ(asked_pause(answer(503), now), std::nullopt);
    EXPECT_EQ(asked_pause(answer(503, {{"Retry-After", "soon"}}), now), std::nullopt);
    EXPECT_EQ(asked_pause(answer(503, {{"Retry-After", "-5"}}), now), std::nullopt);
    // The limit's state is on every answer of GitHub: it says something only when it is used up.
    EXPECT_EQ(
        asked_pause(answer(403, {{"x-ratelimit-remaining", "59"}, {"x-ratelimit-reset", "1793836807"}}), now),
        std::nullopt);
}

TEST(AskedPause, HugeNumbersAreNever) {
    for (const char* text : {"9223372036854775807", "99999999999999999999", "1099511627776"})
        for (const char* name : {"Retry-After", "X-Retry-After"}) {
            const auto pause = asked_pause(answer(429, {{name, text}}), now);
            EXPECT_TRUE(!pause || *pause > seconds(1'000'000'000)) << name << " " << text;
        }
}

TEST(MayPass, ForbiddenOnlyWithAWordAboutWhen) {
    EXPECT_TRUE(may_pass(answer(500), now));
    EXPECT_TRUE(may_pass(answer(429), now));
    EXPECT_FALSE(may_pass(answer(200), now));
    EXPECT_FALSE(may_pass(answer(404), now));
    EXPECT_FALSE(may_pass(answer(403), now));
    EXPECT_TRUE(may_pass(answer(403, {{"Retry-After", "1"}}), now));
}

/// A world in which sleeping takes no time.
struct World {
    std::vector<milliseconds> pauses;
    unsigned sent = 0;
    RetryTools tools{[] { return now; },
                     [this](milliseconds pause) -> Result<void> {
                         pauses.push_back(pause);
                         return {};
                     },
                     [] { return 1.0; }};

    Result<Response> run(std::function<Result<Response>(unsigned)> send, const RetryPolicy& policy = {}) {
        return retried(policy, tools, [&] { return send(sent++); });
    }
};

TEST(Retried, PausesDoubleUpToTheLongest) {
    World world;
    const auto done =
        world.run([](unsigned) { return answer(502); }, {6, milliseconds(1000), milliseconds(5000)});
    EXPECT_EQ(done.value().status, 502);
    EXPECT_THAT(world.pauses, ElementsAre(seconds(1), seconds(2), seconds(4), seconds(5), seconds(5)));
}

TEST(Retried, TheServersWishCounts) {
    World world;
    const auto done = world.run([](unsigned index) {
        return index == 0 ? answer(429, {{"Retry-After", "17"}}) : answer(200);
    });
    EXPECT_EQ(done.value().status, 200);
    EXPECT_THAT(world.pauses, ElementsAre(seconds(17)));
}

TEST(Retried, AServerThatAsksForTooMuchIsNotWaitedFor) {
    World world;
    const auto done = world.run([](unsigned) { return answer(403, {{"Retry-After", "3600"}}); });
    EXPECT_EQ(done.value().status, 403);
    EXPECT_EQ(world.sent, 1u);
}

TEST(Retried, OnlyWhatMayPass) {
    World world;
    EXPECT_EQ(world.run([](unsigned) { return answer(404); }).value().status, 404);
    EXPECT_EQ(world.run([](unsigned) { return Error{Kind::verify, "x"}; }).error().kind, Kind::verify);
    EXPECT_EQ(world.sent, 2u);
    const auto done = world.run([](unsigned index) -> Result<Response> {
        if (index < 4) return Error{Kind::net_transient, "x"};
        return answer(200);
    });
    EXPECT_EQ(done.value().status, 200);
    EXPECT_EQ(world.pauses.size(), 2u);
}

TEST(Retried, CancellingEndsThePause) {
    World world;
    world.tools.sleep = [](milliseconds) -> Result<void> { return Error{Kind::cancelled, "cancelled"}; };
    EXPECT_EQ(world.run([](unsigned) { return answer(500); }).error().kind, Kind::cancelled);
    EXPECT_EQ(world.sent, 1u);
}

TEST(SystemTools, SleepAsksWhetherItShall) {
    unsigned asked = 0;
    const auto tools = system_tools([&] { return ++asked == 2; });
    const auto slept = tools.sleep(std::chrono::hours(1));
    EXPECT_EQ(slept.error().kind, Kind::cancelled);
    EXPECT_TRUE(system_tools({}).sleep(milliseconds(1)));
    EXPECT_GT(tools.now(), 1'700'000'000);
}

} // namespace
} // namespace slipway::http
