// SPDX-License-Identifier: GPL-3.0-or-later
//
// The adapter without a network; tests/e2e/verify_test.py has one.
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>

namespace {

using namespace slipway::test;

const std::string plugin = SLIPWAY_STAGES "/dockerhub-verify.so";
const std::string manifest = "{\"slipway_manifest\":1,\"entries\":[]}\n";

TEST(DockerhubVerify, WantsSomethingToCompareWith) {
    FakeHost host(plugin, "dockerhub-verify");
    EXPECT_EQ(host.execute(R"({"image": "127.0.0.1:1/x"})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "there is nothing to compare the image with");
}

TEST(DockerhubVerify, RefusesWhatIsNoImage) {
    FakeHost host(plugin, "dockerhub-verify");
    EXPECT_EQ(host.configure(R"({"image": "No Image"})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.diagnostics.back().config_path, "/image");
    EXPECT_EQ(host.configure(R"({"image": "x", "platform": "pdp11"})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.diagnostics.back().config_path, "/platform");
}

TEST(DockerhubVerify, WaitsForAPullRequestThatIsOpen) {
    FakeHost host(plugin, "dockerhub-verify");
    host.add_input("manifest", "manifest.json", manifest);
    host.add_input("submission", "submission.json",
                   R"({"kind": "pull-request", "url": "https://example.org/1", "state": "open"})");
    EXPECT_EQ(host.execute(R"({"image": "127.0.0.1:1/x", "wait": "1h"})"), SLIPWAY_WAITING);
    EXPECT_EQ(host.said(),
              "the pull request https://example.org/1 is not merged yet (waiting for the pull request)");
}

TEST(DockerhubVerify, ARegistryThatDoesNotAnswerMayComeBack) {
    FakeHost host(plugin, "dockerhub-verify");
    host.add_input("manifest", "manifest.json", manifest);
    EXPECT_EQ(host.execute(R"({"image": "127.0.0.1:1/x", "attempts": 1})"), SLIPWAY_NET_TRANSIENT);
}

TEST(DockerhubVerify, ALayoutThatIsNotThere) {
    FakeHost host(plugin, "dockerhub-verify");
    host.add_input("layout", "index.json", "{}", "application/vnd.oci.image.index.v1+json",
                   slipway::support::json::Object{{"path", "base/index.json"}});
    EXPECT_EQ(host.execute(R"({"image": "127.0.0.1:1/x"})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said(), "there is no OCI layout in '' among the inputs");
}

} // namespace
