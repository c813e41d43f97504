// SPDX-License-Identifier: GPL-3.0-or-later
#include "news_of.hpp"

#include <gtest/gtest.h>

namespace slipway::notify {
namespace {

namespace json = support::json;

TEST(News, AreReadFromTheDocument) {
    const auto news =
        read_news(R"({"slipway_run": 1, "run": "r", "chain": "c", "version": "v", "state": "waiting",
        "mocked": true, "ended_ms": 9000, "waiting_since_ms": 4000, "stages": [
        {"key": "a", "state": "done", "message": ""}, {"key": "b", "state": "waiting", "message": "a merge"},
        {"key": "c", "state": "pending", "message": ""}]})");
    ASSERT_TRUE(news);
    EXPECT_EQ(news.value().waited(), std::chrono::milliseconds(5000));
    EXPECT_EQ(news.value().troubles, (std::vector<std::pair<std::string, std::string>>{{"b", "a merge"}}));
    EXPECT_TRUE(news.value().mocked);
    for (const char* wrong : {"", "{", "[]", "{}", R"({"slipway_run": 2})"})
        EXPECT_FALSE(read_news(wrong)) << wrong;
}

TEST(News, WhatFailedComesFirst) {
    const auto news = read_news(R"({"slipway_run": 1, "state": "failed", "stages": [
        {"key": "a", "state": "waiting", "message": "x"}, {"key": "b", "state": "failed", "message": "y"}]})");
    EXPECT_EQ(values_of(news.value()).at("stage"), "b");
    EXPECT_EQ(values_of(news.value()).at("details"), "b: y\na: x");
}

TEST(News, HaveAHeadline) {
    EXPECT_EQ(values_of(failed_news()).at("headline"),
              "archlinux 05112026 has failed: rootfs[group=base]: no space left");
    EXPECT_EQ(values_of(waiting_news()).at("headline"),
              "archlinux 05112026 has waited for 3 d 1 h: submit: the pull request is not merged yet");
    News done = failed_news();
    done.state = "done";
    done.troubles.clear();
    done.mocked = true;
    EXPECT_EQ(values_of(done).at("headline"), "MOCKED: archlinux 05112026 is released");
}

TEST(News, AHeadlineIsOneLine) {
    News news = failed_news();
    news.troubles.front().second = "one\ntwo\x1b[31m";
    EXPECT_EQ(values_of(news).at("headline"),
              "archlinux 05112026 has failed: rootfs[group=base]: one\\x0atwo\\x1b[31m");
}

TEST(News, WaitingIsTheSameWhateverItSays) {
    News later = waiting_news();
    later.now += 3600'000;
    later.troubles.front().second = "the pull request has two reviews";
    EXPECT_EQ(later.identity(), waiting_news().identity());
    later.waiting_since += 1;
    EXPECT_NE(later.identity(), waiting_news().identity());
}

TEST(News, AnotherFailureIsNews) {
    News other = failed_news();
    other.now += 5;
    EXPECT_EQ(other.identity(), failed_news().identity());
    other.troubles.front().second = "another cause";
    EXPECT_NE(other.identity(), failed_news().identity());
}

TEST(Filled, EveryTextAtAnyDepth) {
    const json::Value body =
        json::parse(R"({"text": "{chain}", "blocks": [{"a": "{{x}}"}, 7, null, "{state}"], "{chain}": true})")
            .value();
    const auto filled_body = filled(body, values_of(failed_news()));
    EXPECT_EQ(json::dump(filled_body.value()),
              R"({"text":"archlinux","blocks":[{"a":"{x}"},7,null,"failed"],"{chain}":true})");
    EXPECT_FALSE(filled(json::parse(R"({"a": ["{nothing}"]})").value(), values_of({})));
}

TEST(Filled, AMessageCannotLeaveItsText) {
    News news = failed_news();
    news.troubles.front().second = R"(","admin":true,"x":")";
    const auto body = filled(json::parse(R"({"text": "{message}"})").value(), values_of(news));
    const auto again = json::parse(json::dump(body.value()));
    EXPECT_EQ(again.value().as_object().size(), 1u);
}

} // namespace
} // namespace slipway::notify
