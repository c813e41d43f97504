// SPDX-License-Identifier: GPL-3.0-or-later
//
// The adapter, as far as it needs no network; the rest is tests/e2e/github_pr_test.py.
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <slipway/stage.h>

namespace {

namespace json = slipway::support::json;
using slipway::test::FakeHost;
using testing::HasSubstr;

const std::string plugin = std::string(SLIPWAY_STAGES) + "/github-pr.so";

std::string options(const std::string& api) {
    return R"({"token": {"secret": "T"}, "repository": "a/b", "title": "{title}", "api": ")" + api + "\"}";
}

TEST(GithubPr, AnEmptyChangeNeedsNoNetworkAndNoToken) {
    FakeHost host(plugin, "github-pr");
    host.add_input(
        "change", "change.json",
        R"({"title": "t", "body": "", "files": [{"path": "a", "mode": "100644", "before": "x", "after": "x"}]})");
    ASSERT_EQ(host.execute(options("http://127.0.0.1:1")), SLIPWAY_OK) << host.said();
    const auto submission = json::parse(host.outputs.at("submission").at(0).text());
    EXPECT_EQ(submission.value()["state"].as_string(), "unchanged");
    EXPECT_EQ(submission.value()["url"].as_string(), "");
}

TEST(GithubPr, NamesTheOptionThatIsWrong) {
    FakeHost host(plugin, "github-pr");
    EXPECT_EQ(host.configure(options("http://github.example")), SLIPWAY_CONFIG);
    EXPECT_EQ(host.diagnostics.back().config_path, "/api");
}

TEST(GithubPr, WithoutATokenNothingIsAsked) {
    FakeHost host(plugin, "github-pr");
    host.add_input(
        "change", "change.json",
        R"({"title": "t", "body": "", "files": [{"path": "a", "mode": "100644", "before": "x", "after": "y"}]})");
    EXPECT_EQ(host.execute(options("http://127.0.0.1:1")), SLIPWAY_AUTH);
    EXPECT_TRUE(host.effects.empty());
}

} // namespace
