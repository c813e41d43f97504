// SPDX-License-Identifier: GPL-3.0-or-later
//
// `git am` of every mail must give exactly the text, author, date and message that went in.
#include <git_work/repository.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mail.hpp>

using namespace slipway;
using namespace slipway::change;
using namespace slipway::patch;
using test::Repository;

namespace {

constexpr std::int64_t epoch = 1793836800; // 2026-11-05

const Author author{"Justin Kromlinger", "hashworks@archlinux.org"};

std::string mail_of(const Change& change, const Author& from = author) {
    std::vector<FileDiff> diffs;
    for (const ChangedFile& file : change.files) {
        auto made = diff(file);
        EXPECT_TRUE(made);
        diffs.push_back(std::move(made).value());
    }
    return compose(change, diffs, from, epoch);
}

/// Commits what the change starts from, applies it, and checks what is there then.
void round_trip(const Change& change, const Author& from = author) {
    Repository repository;
    for (const ChangedFile& file : change.files)
        if (file.before) repository.commit_file(file.path, *file.before, file.mode == "100755" ? 0755 : 0644);
    const std::string mail = mail_of(change, from);
    ASSERT_THAT(repository.am(mail), testing::Not(testing::StartsWith("failed"))) << mail;
    for (const ChangedFile& file : change.files) {
        EXPECT_EQ(std::filesystem::exists(repository.path(file.path)), file.after.has_value());
        if (!file.after) continue;
        EXPECT_EQ(support::read_file(repository.path(file.path)).value(), *file.after) << mail;
        EXPECT_THAT(repository.git("ls-tree HEAD -- '" + file.path + "'"), testing::StartsWith(file.mode));
    }
    EXPECT_EQ(repository.git("log -1 --format='%an|%ae|%aD'"),
              from.name + "|" + from.email + "|Thu, 5 Nov 2026 00:00:00 +0000\n");
    EXPECT_EQ(repository.git("log -1 --format=%s"), change.title + "\n");
    EXPECT_EQ(repository.git("log -1 --format=%b"), change.body.empty() ? "\n" : change.body + "\n") << mail;
}

Change edit(std::string before, std::string after) {
    return {"archlinux: Update to 05112026",
            "- latest: moved\n",
            {{"library/archlinux", "100644", before, after}}};
}

} // namespace

TEST(GitAm, AnEdit) {
    round_trip(edit("1\n2\n3\n", "1\nzwei\n3\n"));
}

TEST(GitAm, NoFinalNewlineBeforeAfterAndBoth) {
    round_trip(edit("1\n2", "1\nx\n"));
    round_trip(edit("1\n2\n", "1\nx"));
    round_trip(edit("1\n2", "1\nx"));
    round_trip(edit("1\n2", "0\n1\n2"));
}

TEST(GitAm, CarriageReturns) {
    round_trip(edit("1\r\n2\r\n3\n", "1\r\nzwei\r\n3\r\n"));
    round_trip(edit("a\rb\n", "a\rc =20 = \t\n" + std::string(200, '=') + " \n"));
}

TEST(GitAm, ANewFileAndARemovedOne) {
    round_trip({"Add", "", {{"library/new", "100644", std::nullopt, "1\n2"}}});
    round_trip({"Remove", "", {{"library/old", "100644", "1\n2\n", std::nullopt}}});
    round_trip(
        {"Empty", "", {{"library/empty", "100644", std::nullopt, ""}, {"gone", "100644", "", std::nullopt}}});
}

TEST(GitAm, FilesEmptiedFilledAndExecutable) {
    round_trip({"Mix",
                "b\n",
                {{"a", "100644", "", "x\n"}, {"b", "100644", "x\n", ""}, {"c", "100755", "#!\n", "#!/\n"}}});
}

TEST(GitAm, PathsWithBlanksAndUtf8) {
    round_trip({"Paths",
                "",
                {{"with blank/ä ö", "100644", "1\n", "2\n"},
                 {"new one", "100644", std::nullopt, "2\n"},
                 {"gone too", "100644", "1", std::nullopt}}});
}

TEST(GitAm, TextThatLooksLikeMailOrPatch) {
    const std::string after =
        "From 1234 Mon Sep 17 00:00:00 2001\n-- \n--- a/x\n+++ b/x\n@@ -1 +1 @@\ndiff --git a b\n"
        "Subject: x\n>From me\n.\n\\ No newline\n\n\n";
    round_trip(edit("1\n", after));
    round_trip(edit(after, "1\n" + after));
    round_trip(edit(after, "1\r\n" + after));
}

TEST(GitAm, TitlesInUtf8AndLongOnes) {
    Change change = edit("1\n", "2\n");
    for (const std::string title : {"Größe ✓ 更新", "ä", "50% = half_done? yes!", "with =?UTF-8?q?x?= inside",
                                    "tag [1] later, Re: nothing"}) {
        change.title = title;
        round_trip(change);
    }
    change.title = std::string(300, 'x') + " ✓";
    for (int i = 0; i < 60; ++i)
        change.title += " 更新";
    round_trip(change);
    change.title = std::string(1500, 'y');
    round_trip(change);
}

TEST(GitAm, Authors) {
    const Change change = edit("1\n", "2\n");
    for (const char* name :
         {"Šárka Žižková", "J. R. Tolkien", "Last, First", "O'Neil", "a", "x=?y?=", "山田 太郎; Jr. x"}) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(check_author({name, "a+b@example.org"}));
        round_trip(change, {name, "a+b@example.org"});
    }
}

TEST(GitAm, BodiesInUtf8) {
    Change change = edit("1\n", "2\n");
    change.body = "Größe ✓\n\n* item\n  more\n\nhttps://example.org/" + std::string(1200, 'u') + "\n";
    round_trip(change);
}

TEST(GitAm, LinesOfTheBodyThatWouldEndItAreIndented) {
    Change change = edit("1\n", "2\n");
    change.body =
        "From: me\n---\ndiff --git a b\nIndex: x\n--- a\nFrom 12 Mon Sep 17 00:00:00 2001\n----\nend\n";
    Repository repository;
    repository.commit_file("library/archlinux", "1\n");
    ASSERT_EQ(repository.am(mail_of(change)), "");
    EXPECT_EQ(repository.git("log -1 --format=%b"), " From: me\n ---\n diff --git a b\n Index: x\n --- a\n "
                                                    "From 12 Mon Sep 17 00:00:00 2001\n----\nend\n\n");
    EXPECT_EQ(repository.git("log -1 --format=%an"), "Justin Kromlinger\n");
}

TEST(GitAm, TitlesThatItWouldShortenAreRefused) {
    for (const char* title : {"[x] y", "Re: x", "RE: x", "re:x", ": x", " x", "a  b", "a "})
        EXPECT_FALSE(check_title(title)) << title;
    for (const char* title : {"Reduce", "x [y]", "a: b"})
        EXPECT_TRUE(check_title(title)) << title;
    EXPECT_EQ(check_title("[x] y").error().message(), "title '[x] y': git am would take off its beginning "
                                                      "(hint: choose a title that does not start with '[', "
                                                      "':', 'Re:' or a blank)");
}

TEST(GitAm, AuthorsThatWouldNotComeOutAreRefused) {
    for (const char* name : {"", "a<b", "a>b", "a@b", "a\"b", "a\nb", " a", "a ", "(a)", "a\\b"})
        EXPECT_FALSE(check_author({name, "a@b"})) << name;
    for (const char* email : {"", "a", "@b", "a@", "a b@c", "<a@b>", "a@b\n", "ä@b"})
        EXPECT_FALSE(check_author({"A", email})) << email;
}

TEST(FileName, IsAsFormatPatchNamesIt) {
    EXPECT_EQ(file_name("archlinux: Update to 05112026"), "0001-archlinux-Update-to-05112026.patch");
    EXPECT_EQ(file_name("../../etc/passwd"), "0001-.-.-etc-passwd.patch");
    EXPECT_EQ(file_name("✓"), "0001-change.patch");
    EXPECT_EQ(file_name("v1..2."), "0001-v1.2.patch");
    EXPECT_EQ(file_name(std::string(100, 'x')), "0001-" + std::string(52, 'x') + ".patch");
}
