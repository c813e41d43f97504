// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every file of tests/data/library is moved to one release. NAME.diff beside it is what the real diff(1) must
// say of the result (empty: nothing to do), NAME.error is the refusal. SLIPWAY_ACCEPT=1 rewrites them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <move.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

using namespace slipway;
using namespace slipway::stackbrew;
namespace fs = std::filesystem;

namespace {

const std::string folder = std::string(SLIPWAY_TEST_DATA) + "/library/";

const Release release{"05112026", "https://github.com/archlinux/archlinux-docker.git", "05112026",
                      "refs/tags/05112026", "abcdefabcdefabcdefabcdefabcdefabcdefabcd"};

struct Case {
    std::string name;
    std::size_t keep = 0;
    std::vector<std::string> entries = {};
    std::string tag = {};
};

const std::vector<Case> cases = {
    {"plain"},
    {"variants"},
    {"v-prefix"},
    {"comment-in-folded-tags"},
    {"comments-everywhere"},
    {"tabs"},
    {"no-final-newline"},
    {"no-final-newline-keep", 1},
    {"no-final-newline-tags-last", 1},
    {"outer-blank-lines", 1},
    {"doubled-blank-lines"},
    {"utf-8"},
    {"tags-without-space"},
    {"global-git"},
    {"global-git-keep", 1},
    {"global-git-shared", 1},
    {"default-fetch"},
    {"keep-first", 3},
    {"keep-no-dated-tag", 1},
    {"keep-full", 2},
    {"keep-none"},
    {"keep-at-end"},
    {"keep-two-variants", 1},
    {"keep-comments-and-fields", 1},
    {"shared-tags", 1},
    {"arch-fields", 1},
    {"arch-fields-global"},
    {"other-repository"},
    {"local-remote"},
    {"branch-entry", 1},
    {"already-there", 1},
    {"half-done", 1},
    {"duplicate-keys"},
    {"inline-hash"},
    {"line-of-blanks"},
    {"rollback", 2},
    {"named-entry", 0, {"base-devel"}},
    {"named-older-release", 1, {"29102026"}},
    {"custom-tag", 1, {}, "2026.11.05"},
    {"sha256-commit"},
    {"unknown-keys"},
    {"colon-in-value"},
    {"older-releases-of-others"},
    {"dot-in-folded-tags"},
    {"no-break-spaces"},
    {"orphan-blanks", 1},
    {"orphan-text"},
    {"orphan-first"},
    {"orphan-paragraph"},
    {"folded-fetch", 1},
    {"folded-fetch-comment"},
    {"blanks-after-fetch", 1},
    {"empty-arch-value", 1},
    {"empty-arch-override"},
    {"architectures-folded"},
    {"architectures-twice"},
    {"global-architectures"},
    {"all-architectures"},
    {"constraints"},
    {"entry-maintainers"},
    {"many-maintainers", 1},
    {"key-blanks"},
    {"key-case"},
    {"empty-key", 1},
    {"only-colons"},
    {"tags-only-comma-space"},
    {"tags-last"},
    {"tags-last-folded-comment", 1},
    {"shared-tags-twice"},
    {"shared-tags-global"},
    {"shared-tags-own", 1},
    {"comment-between"},
    {"comment-last-no-newline", 1},
    {"comment-at-once"},
    {"hash-tag-line"},
    {"blank-lines-only-after"},
    {"tab-continuation"},
    {"long-tag"},
    {"utf-8-names"},
    {"one-commit-for-all", 1},
    {"order-of-keys", 1},
    {"global-only-then-comment"},
    {"commented-entry"},
    {"commented-commit"},
    {"commit-twice", 1},
    {"same-commit-elsewhere"},
    {"vertical-tab"},
    {"oci-import-already"},
    {"branch-default"},
    {"slash-ref"},
    {"single-line-entry-tail", 1},
    {"bad-carriage-return"},
    {"bad-utf-8"},
    {"bad-empty"},
    {"bad-comments-only"},
    {"bad-no-maintainers"},
    {"bad-maintainer"},
    {"bad-global-tags"},
    {"bad-no-blank-line"},
    {"bad-duplicate-tag"},
    {"bad-shared-tag"},
    {"bad-folded-commit"},
    {"bad-short-commit"},
    {"bad-upper-commit"},
    {"bad-fetch"},
    {"bad-trailing-comma"},
    {"bad-tag"},
    {"bad-no-colon"},
    {"bad-continuation"},
    {"bad-missing-fields"},
    {"bad-no-entry"},
    {"bad-unknown-entry", 0, {"base-devle"}},
    {"bad-tag-taken"},
    {"bad-byte-order-mark"},
    {"bad-nul"},
    {"bad-architecture"},
    {"bad-global-architecture"},
    {"bad-empty-architectures"},
    {"bad-empty-tags"},
    {"bad-empty-shared-tags"},
    {"bad-empty-maintainers"},
    {"bad-maintainers-comma"},
    {"bad-entry-maintainer"},
    {"bad-global-empty-tags"},
    {"bad-empty-repository"},
    {"bad-empty-fetch"},
    {"bad-blanks-after-commit"},
    {"bad-global-only"},
    {"bad-key-of-bashbrew"},
    {"bad-tag-in-shared-and-tags"},
    {"bad-tag-no-break-space"},
    {"bad-long-tag"},
    {"bad-fetch-pattern"},
    {"bad-commit-63"},
    {"bad-line-merged-entries"},
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

std::string read(const std::string& path) {
    auto text = support::read_file(path);
    EXPECT_TRUE(text) << path;
    return text ? std::move(text).value() : "";
}

/// What diff(1) says of the file and `edited`.
std::string real_diff(const std::string& path, const std::string& edited) {
    std::string temporary = testing::TempDir() + "slipway-library-XXXXXX";
    const support::UniqueFd fd(::mkstemp(temporary.data()));
    EXPECT_TRUE(support::write_all(fd.get(), edited, "edited"));
    FILE* pipe = ::popen(("diff -a " + path + " " + temporary).c_str(), "r");
    std::string out;
    std::array<char, 4096> buffer{};
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe))
        out.append(buffer.data(), n);
    ::pclose(pipe);
    ::unlink(temporary.c_str());
    return out;
}

void compare(const std::string& golden, const std::string& got) {
    if (std::getenv("SLIPWAY_ACCEPT") != nullptr) {
        ASSERT_TRUE(support::write_file(golden, got));
    }
    EXPECT_EQ(read(golden), got) << golden;
}

support::Result<Edited> edit(const Case& c) {
    SLIPWAY_TRY_ASSIGN(const auto file, parse(read(folder + c.name)));
    return move(file, {{release, c.entries, c.tag}}, {c.keep});
}

class Move : public testing::TestWithParam<Case> {};

class MoveAgain : public testing::TestWithParam<Case> {};

std::vector<Case> good_cases() {
    std::vector<Case> out = cases;
    std::erase_if(out, [](const Case& c) { return c.name.starts_with("bad-"); });
    return out;
}

std::string test_name(const testing::TestParamInfo<Case>& test) {
    std::string name = test.param.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

} // namespace

TEST_P(Move, ChangesOnlyTheExpectedLines) {
    const Case& c = GetParam();
    const auto edited = edit(c);
    if (!edited) {
        const auto& error = edited.error();
        std::string text = std::string(support::name_of(error.kind)) + ": " + error.message() + "\n";
        for (const std::string& line : error.trace)
            text += line + "\n";
        return compare(folder + c.name + ".error", text);
    }
    ASSERT_FALSE(fs::exists(folder + c.name + ".error")) << "should have been refused";
    std::string text = real_diff(folder + c.name, edited.value().text);
    for (const std::string& warning : edited.value().warnings)
        text += "warning: " + warning + "\n";
    compare(folder + c.name + ".diff", text);
}

TEST_P(MoveAgain, HasNothingToDo) {
    const auto edited = edit(GetParam());
    ASSERT_TRUE(edited);
    const auto file = parse(edited.value().text);
    ASSERT_TRUE(file);
    auto entries = GetParam().entries;
    for (std::string& entry : entries)
        if (entry == "29102026") entry = "05112026";
    const auto again = move(file.value(), {{release, entries, GetParam().tag}}, {GetParam().keep});
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().text, edited.value().text);
    EXPECT_THAT(again.value().moved, testing::IsEmpty());
    EXPECT_THAT(again.value().dropped, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Files, Move, testing::ValuesIn(cases), test_name);
INSTANTIATE_TEST_SUITE_P(Files, MoveAgain, testing::ValuesIn(good_cases()), test_name);

TEST(MoveCases, CoverEveryFile) {
    std::set<std::string> known, present;
    for (const Case& c : cases)
        known.insert(c.name);
    for (const auto& entry : fs::directory_iterator(folder))
        if (!entry.path().has_extension()) present.insert(entry.path().filename());
    EXPECT_EQ(known, present);
}

TEST(MoveRelease, IsChecked) {
    const auto file = parse(read(folder + "plain"));
    ASSERT_TRUE(file);
    const auto refused = [&](auto&& spoil) {
        Target bad{release};
        spoil(bad);
        const auto result = move(file.value(), {bad}, {});
        return result ? "" : result.error().what;
    };
    EXPECT_EQ(refused([](Target& t) { t.release.commit = "abc"; }),
              "release: commit 'abc' is not 40 or 64 lower-case hex digits");
    EXPECT_EQ(refused([](Target& t) { t.release.ref = "refs/heads/x"; }),
              "release: ref 'refs/heads/x' is not refs/tags/NAME");
    EXPECT_EQ(refused([](Target& t) { t.release.tag = "a/b"; }),
              "release: 'a/b' is no tag that Docker takes");
    EXPECT_EQ(refused([](Target& t) { t.tag = "+"; }), "release: '+' is no tag that Docker takes");
}

TEST(MoveReport, TellsWhatMovedAndWhatWent) {
    const auto file = parse(read(folder + "keep-full"));
    ASSERT_TRUE(file);
    const auto edited = move(file.value(), {{release}}, {2});
    ASSERT_TRUE(edited);
    ASSERT_EQ(edited.value().moved.size(), 1u);
    const Moved& moved = edited.value().moved[0];
    EXPECT_EQ(moved.tags.front(), "latest");
    EXPECT_EQ(moved.from_ref, "refs/tags/29102026");
    EXPECT_EQ(moved.from_commit, std::string(40, '3'));
    EXPECT_TRUE(moved.kept);
    EXPECT_THAT(edited.value().dropped, testing::ElementsAre("15102026"));
}
