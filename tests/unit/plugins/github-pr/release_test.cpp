// SPDX-License-Identifier: GPL-3.0-or-later
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <release.hpp>

namespace slipway::github {
namespace {

namespace json = support::json;

TEST(ReadRelease, TakesGitPublishsDocument) {
    const auto release = read_release(
        R"({"version": "1", "remote": "r", "ref": "refs/tags/1", "commit": "c", "files": [{"path": "a", "size": 3, "sha256": "d"}]})");
    ASSERT_TRUE(release);
    EXPECT_EQ(release.value().files.at(0).size, 3u);
    for (const char* bad : {"", "[]", "{}", R"({"version": "1"})", R"({"commit": "1", "version": 2})"})
        EXPECT_EQ(read_release(bad).error().kind, support::Kind::config) << bad;
}

TEST(LockMemory, RemembersByRepositoryAndChain) {
    const test::ScratchFolder folder;
    const LockMemory memory(folder / "locks", "a/b", "arch");
    EXPECT_TRUE(memory.recall().empty());
    memory.keep({{"group=base", json::Object{{"packages", json::Array{}}}, "d"}});
    memory.keep({}); // nothing known is no news
    ASSERT_EQ(memory.recall().size(), 1u);
    EXPECT_EQ(memory.recall()[0].cell, "group=base");
    EXPECT_TRUE(LockMemory(folder / "locks", "a/b", "other").recall().empty());
    EXPECT_TRUE(LockMemory(folder / "locks", "a/c", "arch").recall().empty());
}

TEST(CellOf, NamesTheVariant) {
    EXPECT_EQ(cell_of(json::Object{{"group", "base"}, {"arch", "x86_64"}}), "group=base,arch=x86_64");
    EXPECT_EQ(cell_of({}), "");
}

} // namespace
} // namespace slipway::github
