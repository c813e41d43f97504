// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace slipway::stackbrew;

TEST(Check, Tags) {
    for (const char* good : {"latest", "_x", "3.19", "a-b_c.D", "05112026"})
        EXPECT_TRUE(is_tag(good)) << good;
    EXPECT_TRUE(is_tag(std::string(128, 'a')));
    EXPECT_FALSE(is_tag(std::string(129, 'a')));
    for (const char* bad : {"", "-a", ".a", "a b", "a/b", "a:b", "ä", "a\nb"})
        EXPECT_FALSE(is_tag(bad)) << bad;
}

TEST(Check, FetchRefs) {
    for (const char* good : {"refs/heads/main", "refs/tags/v1", "refs/tags/a/b"})
        EXPECT_TRUE(is_fetch_ref(good)) << good;
    for (const char* bad :
         {"", "main", "refs/tags/", "refs/heads/", "refs/pull/1/head", "refs/tags/*", "refs/heads/a:b"})
        EXPECT_FALSE(is_fetch_ref(bad)) << bad;
}

TEST(Check, Maintainers) {
    for (const char* good :
         {"A B <a@b> (@c)", "A (@c)", "A <https://x> (@org/team)", "Ä Ö\t<a@b>\t(@c)", "A, (@c)"})
        EXPECT_TRUE(read_maintainer(good).has_value()) << good;
    for (const char* bad :
         {"", "A", "A <a@b>", "(@c)", " (@c)", "A(@c)", "A <a@b>(@c)", "A <> (@c)", "A (@)", "<a@b> (@c)",
          "A <a b> (@c)", "A (@c) x", "A (x) (@c)", "A <a@b> <c@d> (@e)", "A<a@b> (@c)"})
        EXPECT_FALSE(read_maintainer(bad).has_value()) << bad;
}

TEST(Check, FindsEverythingInTheOrderOfTheLines) {
    const auto file =
        parse("Maintainers: x\n\nTags: a, a,\nGitRepo: r\nGitCommit: 1\n\nTags: b\nGitFetch: x\n");
    ASSERT_TRUE(file);
    std::vector<std::string> found;
    for (const Problem& problem : check(file.value()))
        found.push_back(std::to_string(problem.line) + ": " + problem.what);
    EXPECT_THAT(found,
                testing::ElementsAre("1: maintainer 'x' is not of the form 'Name <email> (@github-handle)'",
                                     "3: tag 'a' is used twice (first in line 3)",
                                     "3: an empty tag: a comma too many, or none at all",
                                     "5: GitCommit '1' is not a commit of 40 or 64 lower-case hex digits",
                                     "7: missing GitRepo", "7: missing GitCommit",
                                     "8: GitFetch 'x' is not refs/heads/NAME or refs/tags/NAME"));
}

TEST(Doubts, AKeyTwiceInOneParagraph) {
    const auto file = parse("A: 1\nB: 2\nA: 3\n");
    ASSERT_TRUE(file);
    const auto found = doubts(file.value());
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].line, 1u);
    EXPECT_EQ(found[0].what, "'A' stands again in line 3 of the same paragraph, and only that one counts");
}
