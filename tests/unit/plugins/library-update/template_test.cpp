// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <template.hpp>

using namespace slipway;
using namespace slipway::stackbrew;

namespace {

const std::string commit(40, 'a');

std::string filled(const std::string& text, const std::vector<Release>& releases) {
    const auto result = fill_template(text, releases);
    return result ? result.value() : result.error().message();
}

} // namespace

TEST(Template, FillsInTheRelease) {
    const std::vector<Release> one = {{"1.2", "https://x/y.git", "v1.2", "refs/tags/v1.2", commit}};
    EXPECT_EQ(filled("${version} ${tag} ${ref} ${commit} ${remote}", one),
              "1.2 v1.2 refs/tags/v1.2 " + commit + " https://x/y.git");
    EXPECT_EQ(filled("$ $x {y} $${tag} $$${tag}", one), "$ $x {y} ${tag} $${tag}");
    EXPECT_EQ(filled("", one), "");
    EXPECT_EQ(filled("a\nb ${comit}\n", one),
              "line 2: no value for '${comit}' (hint: did you mean '${commit}'?)");
    EXPECT_EQ(filled("a\n\n${tag\n}", one),
              "line 3: '${' without '}' (hint: write '$${' where '${' itself is meant)");
    EXPECT_EQ(filled("${tag", one),
              "line 1: '${' without '}' (hint: write '$${' where '${' itself is meant)");
}

TEST(Template, SeveralReleasesGoByTheirVariant) {
    const std::vector<Release> two = {
        {"1", "r", "b1", "refs/tags/b1", commit, {}, {{"group", "base"}, {"arch", "a"}}},
        {"1", "r", "d1", "refs/tags/d1", commit, {}, {{"group", "base-devel"}, {"arch", "a"}}}};
    EXPECT_EQ(filled("${base.tag} ${base-devel.ref}", two), "b1 refs/tags/d1");
    EXPECT_THAT(filled("${tag}", two), testing::StartsWith("line 1: no value for '${tag}'"));
    EXPECT_THAT(filled("${a.tag}", two), testing::StartsWith("line 1: no value for '${a.tag}'"));
}

TEST(Template, TellsWhatTheNewFileChanges) {
    const std::string head = "Maintainers: A (@a)\nGitRepo: r\n\n";
    const std::string one(40, '1');
    const auto before =
        parse(head + "Tags: latest, 1\nGitFetch: refs/tags/1\nGitCommit: " + one
              + "\n\nTags: same\nGitCommit: " + one + "\n\nTags: gone\nGitCommit: " + one + "\n");
    const auto edited =
        replace_whole(before.value(), head + "Tags: latest, 2\nGitFetch: refs/tags/2\nGitCommit: " + commit
                                          + "\n\nTags: same\nGitCommit: " + one + "\n");
    ASSERT_TRUE(edited);
    ASSERT_EQ(edited.value().moved.size(), 1u);
    EXPECT_EQ(edited.value().moved[0].from_ref, "refs/tags/1");
    EXPECT_EQ(edited.value().moved[0].to_commit, commit);
    EXPECT_THAT(edited.value().dropped, testing::ElementsAre("gone"));
    const auto bad = replace_whole(before.value(), head + "Tags: x\n");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().what, "line 4: missing GitCommit");
}
