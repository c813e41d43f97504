// SPDX-License-Identifier: GPL-3.0-or-later
#include <dated_tag.hpp>
#include <gtest/gtest.h>

using namespace slipway::stackbrew;

namespace {

/// "prefix|name|suffix", or "" if the tag is not dated.
std::string parts(std::string_view tag, const Dating& dating) {
    const auto found = dated(tag, dating);
    return found ? found->prefix + "|" + found->name + "|" + found->suffix + (found->without_v ? " v" : "")
                 : "";
}

} // namespace

TEST(DatedTag, IsAPieceEqualToTheGitTag) {
    const Dating dating{"29102026", ""};
    EXPECT_EQ(parts("29102026", dating), "|29102026|");
    EXPECT_EQ(parts("base-devel-29102026", dating), "base-devel-|29102026|");
    EXPECT_EQ(parts("29102026-base", dating), "|29102026|-base");
    EXPECT_EQ(parts("129102026", dating), "");
    EXPECT_EQ(parts("base29102026", dating), "");
    EXPECT_EQ(parts("29102026.1", dating), "");
    EXPECT_EQ(parts("latest", dating), "");
}

TEST(DatedTag, MayLackTheV) {
    EXPECT_EQ(parts("base-20250420.0.3", {"v20250420.0.3", ""}), "base-|20250420.0.3| v");
    EXPECT_EQ(parts("v20250420.0.3", {"v20250420.0.3", ""}), "|v20250420.0.3|");
    EXPECT_EQ(parts("ersion", {"version", ""}), "");
}

TEST(DatedTag, FollowsAnExampleWhereTheGitTagIsAnother) {
    const Dating dating{"29102026", "2026.11.05"};
    EXPECT_EQ(parts("base-2026.10.29", dating), "base-|2026.10.29|");
    EXPECT_EQ(parts("2026.10.2", dating), "");
    EXPECT_EQ(parts("2026-10-29", dating), "");
    EXPECT_EQ(parts("2026.10.29", {"", "2026.11.05"}), "");
}

TEST(GitTag, OfARef) {
    EXPECT_EQ(git_tag_of("refs/tags/a/b"), "a/b");
    EXPECT_EQ(git_tag_of("refs/heads/main"), "");
    EXPECT_EQ(strip_v("v1"), "1");
    EXPECT_EQ(strip_v("vx"), "vx");
    EXPECT_EQ(strip_v("v"), "v");
}
