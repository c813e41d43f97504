// SPDX-License-Identifier: GPL-3.0-or-later
#include <change/diff.hpp>
#include <git_work/repository.hpp>
#include <gtest/gtest.h>

using namespace slipway;
using namespace slipway::change;

namespace {

FileDiff made(const ChangedFile& file) {
    auto out = diff(file);
    EXPECT_TRUE(out);
    return std::move(out).value();
}

/// The diff and the summary that git itself makes of the change.
std::pair<std::string, std::string> by_git(const std::vector<ChangedFile>& files) {
    test::Repository repository;
    for (const ChangedFile& file : files)
        if (file.before) repository.commit_file(file.path, *file.before, file.mode == "100755" ? 0755 : 0644);
    for (const ChangedFile& file : files) {
        if (file.after)
            EXPECT_TRUE(support::write_file(repository.path(file.path), *file.after,
                                            file.mode == "100755" ? 0755 : 0644));
        else
            std::filesystem::remove(repository.path(file.path));
    }
    repository.git("add -A");
    return {repository.git("diff --cached --no-renames --full-index HEAD"),
            repository.git("diff --cached --no-renames --stat=72 --summary HEAD")};
}

} // namespace

TEST(Diff, IsWhatGitMakes) {
    const std::vector<ChangedFile> files{
        {"a", "100644", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9"},
        {"b c", "100755", "1", "1\n"},
        {"d", "100644", std::nullopt, "new\n"},
        {"e", "100644", "old\n", std::nullopt},
        {"f", "100644", std::nullopt, ""}};
    std::string text;
    std::vector<FileDiff> diffs;
    for (const ChangedFile& file : files) {
        diffs.push_back(made(file));
        text += diffs.back().text;
    }
    const auto [git_text, git_stat] = by_git(files);
    EXPECT_EQ(text, git_text);
    EXPECT_EQ(diffstat(diffs), git_stat);
}

TEST(Diff, CountsLines) {
    const FileDiff one = made({"a", "100644", "1\n2\n3", "1\n3\n4\n5"});
    EXPECT_EQ(one.added, 3u);
    EXPECT_EQ(one.removed, 2u);
}

TEST(Diffstat, StaysWithinTheLine) {
    std::string many;
    for (int i = 0; i < 500; ++i)
        many += std::to_string(i) + "\n";
    const std::vector<FileDiff> diffs{made({"library/long-name", "100644", "", many}),
                                      made({"b", "100644", "x\n", "y\n"})};
    const std::string stat = diffstat(diffs);
    for (std::size_t at = 0; at < stat.size(); at = stat.find('\n', at) + 1)
        EXPECT_LE(stat.find('\n', at) - at, 72u);
    EXPECT_NE(stat.find(" b                 |   2 +-\n"), std::string::npos) << stat;
    EXPECT_NE(stat.find(" 2 files changed, 501 insertions(+), 1 deletion(-)\n"), std::string::npos) << stat;
}
