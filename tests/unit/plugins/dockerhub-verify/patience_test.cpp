// SPDX-License-Identifier: GPL-3.0-or-later
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <patience.hpp>

using namespace slipway::verify;
using namespace std::chrono_literals;
using slipway::support::json::Object;
using slipway::support::json::Value;

namespace {

TEST(Patience, EndsAtItsDeadlineAndNamesWhoLags) {
    const slipway::test::ScratchFolder folder;
    const std::string file = folder.path() + "/waiting/x";
    const Pending build{"build", "the index has no image yet"};
    EXPECT_TRUE(Patience(file, 1h, 1000).check(build, "x:1"));
    EXPECT_TRUE(Patience(file, 1h, 4599).check(build, "x:1"));
    auto late = Patience(file, 1h, 4600).check(build, "x:1");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().what,
              "x:1 is not there, after 1 h 0 min: the index has no image yet (the build lags)");
    EXPECT_TRUE(Patience(file, 1h, 4600).check(build, "x:1")); // a new wait
}

TEST(Patience, NoneAtAll) {
    const slipway::test::ScratchFolder folder;
    auto now = Patience(folder.path() + "/x", 0s, 1000).check({"Hub", "it is old"}, "x:1");
    EXPECT_EQ(now.error().what, "x:1 is not there: it is old (the Hub lags)");
}

TEST(Patience, ARegistryThatIsBusyIsNoMissingImage) {
    const slipway::test::ScratchFolder folder;
    const Pending busy{"registry", "HTTP status 429"};
    EXPECT_TRUE(Patience(folder.path() + "/x", 1h, 1000).check(busy, "x:1"));
    auto late = Patience(folder.path() + "/x", 1h, 4600).check(busy, "x:1");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, slipway::support::Kind::net_transient);
    EXPECT_EQ(late.error().what, "x:1 could not be read, after 1 h 0 min: the registry: HTTP status 429");
}

TEST(Patience, ThePullRequestComesFirst) {
    const auto pending = [](const char* state) {
        return pending_of_submission(Object{{"state", state}, {"url", "https://x/1"}});
    };
    EXPECT_EQ(pending("open").value()->lag, "pull request");
    EXPECT_FALSE(pending("merged").value());
    EXPECT_FALSE(pending("written").value());
    EXPECT_EQ(pending("closed").error().what, "the pull request https://x/1 was closed without being merged");
}

TEST(Patience, TheHubsTag) {
    const slipway::common::Platform platform{"linux", "arm64", "v8"};
    EXPECT_EQ(pending_of_hub(std::nullopt, "t", platform)->what, "Docker Hub does not have the tag 't' yet");
    EXPECT_EQ(pending_of_hub(HubTag{"", "", {"amd64"}}, "t", platform)->what,
              "Docker Hub's tag 't' has no image for linux/arm64/v8 yet");
    EXPECT_FALSE(pending_of_hub(HubTag{"", "", {"amd64", "arm64"}}, "t", platform));
}

} // namespace
