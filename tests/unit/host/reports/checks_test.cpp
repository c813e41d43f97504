// SPDX-License-Identifier: GPL-3.0-or-later
//
// The commands of a report do what it says: a real shell and a real sha256sum judge.
#include <command/command.hpp>
#include <gtest/gtest.h>
#include <reports/checks.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>

namespace slipway::host::reports {
namespace {

namespace json = support::json;
using test::run_command;
using test::ScratchFolder;

TEST(ShellWord, IsOneWord) {
    for (const std::string text :
         {"", "plain-1.0", "a b", "it's", "$(touch x)", "`id`", "a\\b", "a\nb", "*", "~", "-n", "\xc3\xa4"}) {
        const auto said = run_command({"sh", "-c", "printf '[%s]' " + shell_word(text)});
        EXPECT_EQ(said.output, "[" + text + "]");
    }
    EXPECT_EQ(shell_word("base.tar.zst"), "base.tar.zst");
}

TEST(DigestCommand, ChecksTheFile) {
    for (const std::string name : {"base.tar.zst", "it's a name", "$(rm -rf x)", "-n", " two  blanks "}) {
        const ScratchFolder folder;
        ASSERT_TRUE(support::write_file(folder / name, "content"));
        const std::string command = "cd " + shell_word(folder.path()) + " && "
                                    + digest_command(name, support::Digest::of("content").hex());
        EXPECT_EQ(run_command({"sh", "-c", command}).status, 0) << command;
        ASSERT_TRUE(support::write_file(folder / name, "other"));
        EXPECT_NE(run_command({"sh", "-c", command}).status, 0) << command;
    }
}

TEST(DigestCommand, OfAStrangeNameShowsTheDigest) {
    const ScratchFolder folder;
    ASSERT_TRUE(support::write_file(folder / "a\nb\\c", "content"));
    const auto said =
        run_command({"sh", "-c", "cd " + shell_word(folder.path()) + " && " + digest_command("a\nb\\c", "")});
    EXPECT_NE(said.output.find(support::Digest::of("content").hex()), std::string::npos) << said.output;
}

TEST(Checks, OfARelease) {
    const auto release = json::parse(
        R"({"remote": "https://x/a b.git", "ref": "refs/tags/7", "tag": "7", "commit": "c", "tree": "t"})");
    const json::Array checks =
        checks_of("application/vnd.slipway.release.v1+json", "release.json", release.value());
    ASSERT_EQ(checks.size(), 2u);
    EXPECT_EQ(checks[0]["expects"].as_string(), "c");
    EXPECT_EQ(
        checks[0]["command"].as_string(),
        "git fetch --quiet --depth 1 'https://x/a b.git' refs/tags/7 && git rev-parse 'FETCH_HEAD^{commit}'");
}

TEST(Checks, OfALockAreThereIfItIsSigned) {
    const char* type = "application/vnd.slipway.lock.v1+json";
    EXPECT_TRUE(
        checks_of(type, "lock.json", json::parse(R"({"packages": [{"name": "a"}]})").value()).empty());
    const json::Array checks = checks_of(
        type, "lock.json", json::parse(R"({"packages": [{"name": "a", "signature": "iQ=="}]})").value());
    ASSERT_EQ(checks.size(), 1u);
    EXPECT_EQ(checks[0]["expects"].as_string(), "good signatures: 1");
}

TEST(Checks, OfSomethingElseAreNone) {
    EXPECT_TRUE(checks_of("text/plain", "a", {}).empty());
}

} // namespace
} // namespace slipway::host::reports
