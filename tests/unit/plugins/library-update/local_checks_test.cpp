// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <local_checks.hpp>

using namespace slipway::stackbrew;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<std::string> said(const std::string& entries, std::vector<Problem> (*check)(const File&)) {
    const auto file = parse("Maintainers: A (@a)\nGitRepo: https://example.org/x.git\nGitCommit: "
                            + std::string(40, '1') + "\n\n" + entries);
    std::vector<std::string> out;
    for (const Problem& problem : check(file.value()))
        out.push_back(std::to_string(problem.line) + ": " + problem.what);
    return out;
}

std::vector<std::string> refused(const std::string& entries) {
    return said(entries, check_locally);
}

} // namespace

TEST(LocalChecks, LatestIsNoPartOfAnotherTag) {
    EXPECT_THAT(refused("Tags: latest, 1\n"), IsEmpty());
    EXPECT_THAT(refused("Tags: a,\n latest-1\nSharedTags: xlatest\n"),
                ElementsAre("6: tag 'latest-1' has 'latest' in it, which only 'latest' may be",
                            "7: tag 'xlatest' has 'latest' in it, which only 'latest' may be"));
}

TEST(LocalChecks, ASharedTagHasEachArchitectureOnce) {
    EXPECT_THAT(refused("Tags: a\nSharedTags: s\n\nTags: b\nSharedTags: s\nArchitectures: arm64v8\n"),
                IsEmpty());
    EXPECT_THAT(refused("Tags: a\nSharedTags: s\n\nTags: b\nSharedTags: s\nArchitectures: amd64, arm64v8\n"),
                ElementsAre("8: shared tag 's' is there twice for amd64 (first in the entry in line 5)"));
    EXPECT_THAT(refused("Tags: a\nSharedTags: s\n\nTags: b\nSharedTags: s\n"), IsEmpty())
        << "one entry to bashbrew";
    EXPECT_THAT(
        refused(
            "Tags: a\nSharedTags: s\nArchitectures: windows-amd64\n\nTags: b\nSharedTags: s\nArchitectures: "
            "windows-amd64\nDirectory: b\n"),
        IsEmpty());
}

TEST(LocalChecks, ThereAreThreeBuilders) {
    for (const char* good : {"buildkit", "classic", "oci-import"})
        EXPECT_THAT(refused("Tags: a\nBuilder: " + std::string(good) + "\n"), IsEmpty());
    EXPECT_THAT(refused("Tags: a\nArchitectures: amd64, i386\ni386-Builder: kaniko\n"),
                ElementsAre("5: Builder 'kaniko' is not one of buildkit, classic and oci-import"));
}

TEST(LocalChecks, NoFoldedNames) {
    EXPECT_THAT(refused("Tags: a\nDirectory: x\n \nFile: y\n"),
                ElementsAre(testing::StartsWith("6: Directory goes on")));
}

TEST(LocalDoubts, AGitRepoEndsInGit) {
    EXPECT_THAT(said("Tags: a\n", local_doubts), IsEmpty());
    EXPECT_THAT(said("Tags: a\nGitRepo: https://github.com/a/b\n", local_doubts), IsEmpty());
    EXPECT_THAT(said("Tags: a\nGitRepo: https://example.org/a\nBuilder: oci-import\n", local_doubts),
                IsEmpty());
    EXPECT_THAT(said("Tags: a\nGitRepo: https://example.org/a\n", local_doubts),
                ElementsAre(testing::HasSubstr("does not end in '.git'")));
}
