// SPDX-License-Identifier: GPL-3.0-or-later
#include <fake_host/fake_host.hpp>
#include <gmock/gmock.h>
#include <tar_of/tar_of.hpp>

namespace {

using namespace slipway::test;
using testing::Contains;
using testing::HasSubstr;

const std::string plugin = SLIPWAY_STAGES "/rootfs-test.so";

TEST(RootfsTest, PublishesTheReportOfAGoodTree) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", tar_of({folder("etc"), file("etc/hostname", "x")}),
                   "application/x-tar");
    ASSERT_EQ(host.execute(
                  R"({"files": [{"path": "etc/hostname/", "mode": "0644"}], "absent": ["etc/resolv.conf"]})"),
              SLIPWAY_OK)
        << host.said();
    ASSERT_EQ(host.outputs["report"].size(), 1u);
    const auto report = slipway::support::json::parse(host.outputs["report"][0].text());
    ASSERT_TRUE(report);
    EXPECT_TRUE(report.value()["passed"].as_bool());
    EXPECT_EQ(report.value()["checks"].as_array().size(), 3u);
    EXPECT_THAT(host.log, Contains("ok: files: 'etc/hostname' exists, mode 0644"));
}

TEST(RootfsTest, AFailedCheckStopsBeforeAnythingIsPublished) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", tar_of({file("a", "x", 04755)}), "application/x-tar");
    EXPECT_EQ(host.execute(R"({"setuid": [], "files": [{"path": "b"}]})"), SLIPWAY_VERIFY);
    EXPECT_TRUE(host.outputs["report"].empty());
    EXPECT_EQ(host.said(), "2 of 3 checks failed: files: b: found missing, expected exists (and more)");
    EXPECT_THAT(host.diagnostics.back().detail, HasSubstr("a: found mode 4755, owner 0:0, expected neither"));
}

TEST(RootfsTest, ComparesTheManifestThatIsWired) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", tar_of({folder("a")}), "application/x-tar");
    host.add_input("manifest", "manifest.json", "{\"slipway_manifest\":1,\"entries\":[\n]}\n");
    EXPECT_EQ(host.execute("{}"), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(),
              "1 of 2 checks failed: manifest: a: found directory, expected an entry of the manifest");
}

TEST(RootfsTest, RefusesWhatIsNoTar) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", "no tar", "application/x-tar");
    EXPECT_EQ(host.execute("{}"), SLIPWAY_VERIFY);
    EXPECT_THAT(host.said(), HasSubstr("'rootfs.tar': "));
}

TEST(RootfsTest, RefusesABadExpression) {
    FakeHost host(plugin, "rootfs-test");
    EXPECT_EQ(host.configure(R"({"files": [{"path": "a", "matches": "a)("}]})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said().substr(0, 31), "option 'files/0/matches': 'a)('");
}

TEST(RootfsTest, RunsCommandsOnlyWhereTheHostCan) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", tar_of({folder("a")}), "application/x-tar");
    EXPECT_EQ(host.execute(R"({"commands": [{"run": ["true"]}]})"), SLIPWAY_UNSUPPORTED);
    EXPECT_EQ(host.said(), "this host cannot run programs in the new root");
    EXPECT_EQ(host.diagnostics.back().hint,
              "run it without --isolation none, or leave out the options that run programs");
}

TEST(RootfsTest, RefusesABadExpressionOfACommand) {
    FakeHost host(plugin, "rootfs-test");
    EXPECT_EQ(host.configure(R"({"commands": [{"run": ["a"], "matches": "("}]})"), SLIPWAY_CONFIG);
    EXPECT_EQ(host.said().substr(0, 33), "option 'commands/0/matches': '(':");
}

TEST(RootfsTest, StopsWhenAsked) {
    FakeHost host(plugin, "rootfs-test");
    host.add_input("rootfs", "rootfs.tar", tar_of({folder("a")}), "application/x-tar");
    host.cancelled = true;
    EXPECT_EQ(host.execute("{}"), SLIPWAY_CANCELLED);
}

} // namespace
