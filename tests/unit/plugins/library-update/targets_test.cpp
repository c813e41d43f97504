// SPDX-License-Identifier: GPL-3.0-or-later
//
// Several releases at once, patterns, and the switch to oci-import.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <move.hpp>

using namespace slipway;
using namespace slipway::stackbrew;

namespace {

const std::string head = "Maintainers: A (@a)\nGitRepo: https://x/y.git\n";
const std::string one(40, '1'), two(40, '2'), three(40, '3');

Release release_of(const std::string& group, const std::string& commit, std::vector<std::string> files = {}) {
    return {"2",    "https://x/y",    group + "-2",      "refs/tags/" + group + "-2",
            commit, std::move(files), {{"group", group}}};
}

std::string entry(const std::string& name, const std::string& tag, const std::string& commit,
                  const std::string& more = "") {
    return "\nTags: " + name + "\nGitFetch: refs/tags/" + tag + "\nGitCommit: " + commit + "\n" + more;
}

std::string edited(const std::string& text, const std::vector<Target>& targets,
                   const MoveOptions& options = {}) {
    const auto file = parse(text);
    const auto result = move(file.value(), targets, options);
    return result ? result.value().text : result.error().message();
}

} // namespace

TEST(Targets, EachVariantMovesToItsOwnRelease) {
    const std::string text = head + entry("latest, base", "base-1", one)
                             + entry("base-devel", "base-devel-1", one)
                             + entry("other", "other-1", one, "Directory: images/extra\n");
    const std::vector<Target> targets = {
        {release_of("base", two)}, {release_of("base-devel", three)}, {release_of("extra", two)}};
    EXPECT_EQ(edited(text, targets), head + entry("latest, base", "base-2", two)
                                         + entry("base-devel", "base-devel-2", three)
                                         + entry("other", "extra-2", two, "Directory: images/extra\n"));
}

TEST(Targets, WhatNobodyNamesMustBeClear) {
    const std::string text = head + entry("latest", "base-1", one);
    EXPECT_EQ(edited(text, {{release_of("a", two)}, {release_of("b", three)}}),
              "entry 'latest' would move to the release of group=a and to the release of group=b (hint: name "
              "each entry "
              "under one release in the option 'releases')");
    EXPECT_EQ(edited(text, {{release_of("a", two), {"latest"}}, {release_of("b", three), {"latest"}}}),
              "entry 'latest' would move to the release of group=a and to the release of group=b (hint: name "
              "each entry "
              "under one release in the option 'releases')");
    EXPECT_EQ(edited(text, {{release_of("a", two), {"latest"}}, {release_of("b", three)}}).substr(0, 33),
              "no entry comes from 'https://x/y'");
}

TEST(Targets, PatternsLeaveOlderReleasesAlone) {
    const std::string older = entry("base-1", "base-1", one);
    const std::string text =
        head + entry("base, base-2024", "v", one) + entry("base-devel", "v", one) + older;
    EXPECT_EQ(edited(text, {{release_of("x", two), {"base*"}}}),
              head + entry("base, base-2024", "x-2", two) + entry("base-devel", "x-2", two) + older);
    EXPECT_EQ(edited(text, {{release_of("x", two), {"base-d?vel"}}}),
              head + entry("base, base-2024", "v", one) + entry("base-devel", "x-2", two) + older);
}

TEST(Targets, OneValueForAllStaysInTheFirstParagraph) {
    const std::string global = head + "GitFetch: refs/tags/1\nGitCommit: ";
    const std::string tags = "\nTags: base\n\nTags: base-devel\n";
    EXPECT_EQ(edited(global + one + "\n" + tags, {{release_of("base", two), {"base*"}}}),
              head + "GitFetch: refs/tags/base-2\nGitCommit: " + two + "\n" + tags);
    EXPECT_EQ(
        edited(global + one + "\n" + tags, {{release_of("base", two)}, {release_of("base-devel", three)}}),
        global + one + "\n\nTags: base\nGitCommit: " + two
            + "\nGitFetch: refs/tags/base-2\n\nTags: base-devel\nGitCommit: " + three
            + "\nGitFetch: refs/tags/base-devel-2\n");
}

TEST(Targets, AnArchitectureThatStandsElsewhereStaysThere) {
    const std::string archs = "Architectures: amd64, arm64v8\n";
    const std::vector<Target> target = {{release_of("b", two), {"x"}}};
    EXPECT_EQ(edited(head + entry("x", "1", one, archs + "arm64v8-GitFetch: refs/heads/arm\n"), target),
              head + "\nTags: x\narm64v8-GitCommit: " + one + entry("", "b-2", two, archs).substr(7)
                  + "arm64v8-GitFetch: refs/heads/arm\n");
    EXPECT_EQ(edited(head + entry("x", "1", one, archs + "arm64v8-GitRepo: https://x/arm.git\n"), target),
              head + "\nTags: x\narm64v8-GitCommit: " + one + "\narm64v8-GitFetch: refs/tags/1"
                  + entry("", "b-2", two, archs).substr(7) + "arm64v8-GitRepo: https://x/arm.git\n");
    EXPECT_EQ(edited(head + entry("x", "1", one, "arm64v8-GitFetch: refs/heads/arm\n"), target),
              head + entry("x", "b-2", two, "arm64v8-GitFetch: refs/heads/arm\n"))
        << "not built";
}

TEST(Assign, GoesByVariant) {
    const std::vector<Release> releases = {release_of("a", one), release_of("b", two)};
    const auto targets = assign(releases, {{{{"group", "b"}}, {"x"}, "t"}, {{{"group", "a"}}, {"y"}, ""}});
    ASSERT_TRUE(targets);
    ASSERT_EQ(targets.value().size(), 2u);
    EXPECT_EQ(targets.value()[0].release.commit, two);
    EXPECT_EQ(targets.value()[0].tag, "t");
    EXPECT_THAT(targets.value()[1].entries, testing::ElementsAre("y"));
    EXPECT_EQ(assign(releases, {{{{"group", "c"}}, {"x"}, ""}}).error().what,
              "no release of group=c comes in");
    EXPECT_EQ(assign(releases, {{{{"group", "a"}}, {"x"}, ""}}).error().what,
              "the release of group=b is not in the option 'releases'");
}

TEST(OciImport, AnEntryGetsBuilderFileAndDirectory) {
    const Target target{
        release_of("base", two, {"base/oci-layout", "base/index.json", "base-devel/oci-layout"}), {"base*"}};
    const MoveOptions options{0, Builder::oci_import};
    EXPECT_EQ(
        edited(head + entry("latest, base", "1", one)
                   + entry("base-devel", "1", one, "Directory: base-devel\n# end\n"),
               {target}, options),
        head
            + entry("latest, base", "base-2", two, "Builder: oci-import\nDirectory: base\nFile: index.json\n")
            + entry("base-devel", "base-2", two,
                    "Directory: base-devel\nBuilder: oci-import\nFile: index.json\n# end\n"));
    EXPECT_EQ(edited(head + "Builder: buildkit\nFile: Dockerfile\n" + entry("base", "1", one, "Directory:\n"),
                     {target}, options),
              head + "Builder: oci-import\nFile: index.json\n"
                  + entry("base", "base-2", two, "Directory: base\n"));
    EXPECT_EQ(
        edited(
            head + entry("base", "1", one, "Directory: ./base/\nArchitectures: amd64, i386\ni386-File: x\n"),
            {target}, options),
        head
            + entry("base", "base-2", two,
                    "Directory: ./base/\nArchitectures: amd64, i386\ni386-File: index.json\n"
                    "Builder: oci-import\nFile: index.json\n"));
}

TEST(OciImport, KeepsTheBuilderOfTheReleaseItLeaves) {
    const Target target{release_of("base", two, {"oci-layout"})};
    EXPECT_EQ(edited(head + "Builder: classic\n" + entry("base, base-1", "base-1", one), {target},
                     {1, Builder::oci_import}),
              head + "Builder: oci-import\n" + entry("base, base-2", "base-2", two, "File: index.json\n")
                  + entry("base-1", "base-1", one, "Builder: classic\n"));
}

TEST(OciImport, NeedsALayoutOfItsOwn) {
    const auto with = [&](std::vector<std::string> files) {
        return edited(head + entry("x", "1", one), {{release_of("base", two, std::move(files))}},
                      {0, Builder::oci_import});
    };
    EXPECT_EQ(with({"base/Dockerfile"}), "entry 'x': the release of group=base has no OCI image layout for "
                                         "oci-import (hint: publish what the stage "
                                         "oci-layout makes, or leave the option 'builder' out)");
    EXPECT_EQ(with({"a/oci-layout", "b/oci-layout"}),
              "entry 'x': no saying which OCI image layout of the release is its own (hint: set its "
              "Directory by hand once: "
              "a or b)");
}

TEST(EmptyValues, AreFilledInBehindTheColon) {
    EXPECT_EQ(edited(head + entry("x", "1", one, "Builder:"), {{release_of("b", two, {"oci-layout"})}},
                     {0, Builder::oci_import}),
              head + entry("x", "b-2", two, "Builder: oci-import\nFile: index.json"));
}
