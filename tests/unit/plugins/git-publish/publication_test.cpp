// SPDX-License-Identifier: GPL-3.0-or-later
//
// A whole publication, judged by git: what is on the remote, what is refused, and what happens twice.
#include "release_fixture.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace slipway;
using namespace slipway::git_publish;
using support::Kind;
using test::run_command;

namespace {

class PublicationTest : public test::ReleaseTest {};

TEST_F(PublicationTest, GitFindsTheReleaseSound) {
    const std::string commit = publish();
    const auto fsck = git({"fsck", "--strict", "--full", "--no-dangling"});
    EXPECT_EQ(fsck.status, 0) << fsck.output;
    EXPECT_EQ(line({"rev-parse", "05112026^{commit}"}), commit);
    EXPECT_EQ(line({"for-each-ref", "--format=%(refname) %(objecttype)"}), "refs/tags/05112026 tag");
    EXPECT_EQ(line({"ls-tree", "-r", "--format=%(objectmode) %(objecttype) %(path)", "05112026"}),
              "100644 blob base/SHA256SUMS\n100644 blob base/base.tar.zst");
    EXPECT_EQ(line({"cat-file", "blob", "05112026:base/base.tar.zst"}), "archive of base");
    EXPECT_EQ(line({"log", "--format=%P|%an <%ae> %ad|%cn <%ce> %cd|%B", "--date=iso", "05112026"}),
              "|Slipway <slipway@localhost> 2026-11-05 00:00:00 +0000|Slipway <slipway@localhost> 2026-11-05 "
              "00:00:00 +0000|Release 05112026\n");
    EXPECT_EQ(line({"cat-file", "tag", "05112026"}),
              "object " + commit
                  + "\ntype commit\ntag 05112026\ntagger Slipway <slipway@localhost> 1793836800 +0000\n\n"
                    "Release 05112026");
}

TEST_F(PublicationTest, GitMakesTheSameIds) {
    const std::string commit = publish();
    const std::string copy = folder_ / "copy";
    ASSERT_EQ(run_command({"git", "init", "-q", copy}).status, 0);
    ASSERT_TRUE(support::make_dirs(copy + "/base"));
    ASSERT_TRUE(support::write_file(copy + "/base/base.tar.zst", "archive of base"));
    ASSERT_TRUE(support::write_file(copy + "/base/SHA256SUMS", "sums\n"));
    const std::map<std::string, std::string> who{
        {"GIT_AUTHOR_NAME", "Slipway"},          {"GIT_AUTHOR_EMAIL", "slipway@localhost"},
        {"GIT_COMMITTER_NAME", "Slipway"},       {"GIT_COMMITTER_EMAIL", "slipway@localhost"},
        {"GIT_AUTHOR_DATE", "1793836800 +0000"}, {"GIT_COMMITTER_DATE", "1793836800 +0000"}};
    ASSERT_EQ(run_command({"git", "-C", copy, "add", "."}).status, 0);
    ASSERT_EQ(run_command({"git", "-C", copy, "commit", "-q", "-m", "Release 05112026"}, who).status, 0);
    ASSERT_EQ(run_command({"git", "-C", copy, "tag", "-a", "-m", "Release 05112026", "05112026"}, who).status,
              0);
    EXPECT_EQ(run_command({"git", "-C", copy, "rev-parse", "HEAD"}).output, commit + "\n");
    EXPECT_EQ(run_command({"git", "-C", copy, "rev-parse", "05112026"}).output,
              git({"rev-parse", "05112026"}).output);
}

TEST_F(PublicationTest, PlainCloneOfTheTag) {
    publish();
    const auto clone = run_command({"git", "clone", "-q", "--branch", "05112026", "--depth", "1",
                                    "file://" + remote_, folder_ / "clone"});
    EXPECT_EQ(clone.status, 0) << clone.output;
    EXPECT_EQ(support::read_file(folder_ / "clone/base/base.tar.zst").value(), "archive of base");
}

TEST_F(PublicationTest, TwoRepositoriesGetTheSameIds) {
    const std::string first = publish();
    remote_ = request_.remote.url = folder_ / "second.git";
    ASSERT_EQ(run_command({"git", "init", "-q", "--bare", remote_}).status, 0);
    std::swap(request_.sources[0], request_.sources[1]);
    EXPECT_EQ(publish(), first);
}

TEST_F(PublicationTest, AgainSendsNothing) {
    const std::string commit = publish();
    const std::string before = remote_state();
    auto again = prepare();
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_TRUE(again.value().is_published());
    EXPECT_EQ(again.value().release().commit, commit);
    EXPECT_EQ(remote_state(), before);
}

TEST_F(PublicationTest, PrepareChangesNothing) {
    const std::string before = remote_state();
    auto made = prepare();
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_FALSE(made.value().is_published());
    EXPECT_EQ(made.value().bytes(), 20u);
    EXPECT_EQ(remote_state(), before);
    const std::string planned = made.value().release().commit;
    EXPECT_EQ(publish(), planned);
}

TEST_F(PublicationTest, SameTreeOfAnotherCommitIsTheRelease) {
    const std::string commit = publish();
    request_.text.message = "Another message";
    auto again = prepare();
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_TRUE(again.value().is_published());
    EXPECT_EQ(again.value().release().commit, commit);
}

TEST_F(PublicationTest, AnotherTreeIsAConflict) {
    const std::string theirs = publish();
    const std::string their_tree = line({"rev-parse", "05112026^{tree}"}),
                      tag = line({"rev-parse", "05112026"});
    add("base/more", "more");
    auto made = prepare();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::conflict);
    const std::string start = "tag '05112026' is on the remote with another content: commit " + theirs
                              + " (tree " + their_tree + "), ours is commit ";
    EXPECT_TRUE(made.error().what.starts_with(start)) << made.error().what;
    EXPECT_EQ(made.error().what.size(), start.size() + 40 + 7 + 40 + 1);
    EXPECT_EQ(made.error().hint,
              "it was left alone: publish under another version, or delete the tag there first");
    EXPECT_EQ(line({"rev-parse", "05112026"}), tag);
}

TEST_F(PublicationTest, ATagOfABlobIsAConflict) {
    ASSERT_TRUE(support::write_file(folder_ / "x", "x"));
    const std::string blob = line({"hash-object", "-w", folder_ / "x"});
    ASSERT_EQ(git({"tag", "05112026", blob}).status, 0);
    auto made = prepare();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::conflict);
    EXPECT_NE(made.error().what.find("(tree none)"), std::string::npos) << made.error().what;
}

TEST_F(PublicationTest, RaceForTheTagHasOneWinner) {
    auto slow = prepare();
    ASSERT_TRUE(slow);
    const auto mine = request_.sources;
    add("base/more", "more");
    const std::string winner = publish();
    auto pushed = slow.value().push(meter_);
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::conflict) << pushed.error().message();
    EXPECT_EQ(line({"rev-parse", "05112026^{commit}"}), winner);
    EXPECT_EQ(line({"for-each-ref", "--format=%(refname)"}), "refs/tags/05112026");
}

TEST_F(PublicationTest, RaceOfTheSameReleaseIsSuccessForBoth) {
    auto slow = prepare();
    ASSERT_TRUE(slow);
    const std::string winner = publish();
    auto pushed = slow.value().push(meter_);
    EXPECT_TRUE(pushed) << pushed.error().message();
    EXPECT_EQ(slow.value().release().commit, winner);
}

TEST_F(PublicationTest, LightweightTag) {
    request_.text.kind = TagKind::lightweight;
    const std::string commit = publish();
    EXPECT_EQ(line({"rev-parse", "05112026"}), commit);
    EXPECT_EQ(line({"cat-file", "-t", "05112026"}), "commit");
    EXPECT_TRUE(prepare().value().is_published());
}

TEST_F(PublicationTest, NextReleaseHasNoHistory) {
    publish();
    request_.text.tag = request_.version = "06112026";
    request_.text.message = "Release 06112026";
    add("base/more", "more");
    publish();
    EXPECT_EQ(line({"rev-list", "--count", "--parents", "06112026"}), "1");
    EXPECT_EQ(line({"tag", "-l"}), "05112026\n06112026");
    EXPECT_EQ(git({"fsck", "--strict"}).status, 0);
}

TEST_F(PublicationTest, EmptyAndEqualFiles) {
    add("empty", "");
    add("equal", "archive of base");
    publish();
    EXPECT_EQ(git({"fsck", "--strict"}).status, 0);
    EXPECT_EQ(line({"cat-file", "-s", "05112026:empty"}), "0");
    EXPECT_EQ(line({"rev-parse", "05112026:equal"}), line({"rev-parse", "05112026:base/base.tar.zst"}));
}

TEST_F(PublicationTest, TooBigIsRefusedBeforeAnythingIsSent) {
    request_.remote.url = folder_ / "missing.git"; // it does not even look there
    request_.max_object_bytes = 14;
    auto made = prepare();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::resource);
    EXPECT_EQ(
        made.error().message(),
        "'base/base.tar.zst': 15 bytes (15 B), but max_object_bytes is 14 (14 B) (hint: compress harder, use "
        "xz, or leave packages out; raise the limit only if the server takes larger objects)");
    request_.remote.url = remote_;
    request_.max_object_bytes = 15;
    EXPECT_TRUE(prepare());
}

TEST_F(PublicationTest, WrongDigest) {
    request_.sources[1].sha256 = support::Digest::of("other").hex();
    auto made = prepare();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Kind::verify);
    EXPECT_EQ(made.error().what, "input 'base/SHA256SUMS': SHA-256 is " + support::Digest::of("sums\n").hex()
                                     + ", expected " + support::Digest::of("other").hex());
    request_.sources[1].sha256 = support::Digest::of("sums\n").hex();
    EXPECT_TRUE(prepare());
}

TEST_F(PublicationTest, AFileThatChangesBeforeThePushIsNotPublished) {
    auto made = prepare();
    ASSERT_TRUE(made);
    std::ofstream(folder_ / "in-0", std::ios::in | std::ios::out) << "tampered";
    auto pushed = made.value().push(meter_);
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::verify) << pushed.error().message();
    EXPECT_EQ(line({"tag", "-l"}), "");
    EXPECT_EQ(git({"fsck", "--strict"}).status, 0);
}

TEST_F(PublicationTest, NothingToPublish) {
    request_.sources.clear();
    EXPECT_EQ(prepare().error().message(),
              "nothing to publish: no files (hint: wire the stages that make them)");
}

TEST_F(PublicationTest, CancelledWhileHashingAndWhilePushing) {
    meter_ = [](std::uint64_t, std::uint64_t) { return false; };
    EXPECT_EQ(prepare().error().kind, Kind::cancelled);
    meter_ = [](std::uint64_t, std::uint64_t) { return true; };
    auto made = prepare();
    ASSERT_TRUE(made);
    auto pushed = made.value().push([](std::uint64_t, std::uint64_t) { return false; });
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::cancelled);
    EXPECT_EQ(line({"tag", "-l"}), "");
}

TEST(Names, InvalidTags) {
    for (const std::string name : {"", "-x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b",
                                   "a/", "a.", "a.lock", "a@{b", "/a", "a//b", ".a", "a\nb"}) {
        auto checked = check_tag_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().kind, Kind::config);
        const std::string ref = "refs/tags/" + name;
        EXPECT_TRUE(name[0] == '-' || run_command({"git", "check-ref-format", ref}).status != 0) << name;
    }
    EXPECT_FALSE(check_tag_name(std::string("a\0b", 3)));
    EXPECT_EQ(check_tag_name("a b").error().what, "tag 'a b': not a valid tag name");
    for (const std::string name : {"05112026", "v20261105.0.1234", "archlinux/05112026"})
        EXPECT_TRUE(check_tag_name(name)) << name;
}

TEST(Names, InvalidAuthors) {
    EXPECT_TRUE(check_identity({"A. Name", "a@example.org"}));
    EXPECT_EQ(
        check_identity({"A\nparent 0", "a@example.org"}).error().message(),
        "author 'A\\x0aparent 0': not a name or address git can store (hint: give a name and an address "
        "without line breaks, '<' and '>')");
    EXPECT_FALSE(check_identity({"A <b>", "a@example.org"}));
    EXPECT_FALSE(check_identity({"A", "a@example.org> 0"}));
    EXPECT_FALSE(check_identity({" ", "a@example.org"}));
    EXPECT_FALSE(check_identity({"A", ""}));
}

/// Peak memory of a child that publishes two large files that do not compress.
TEST_F(PublicationTest, MemoryStaysBelowTheLimit) {
    if (*SLIPWAY_SANITIZE != '\0') GTEST_SKIP() << "the sanitizer's own memory would be measured";
    for (const std::string megabytes : {"99", "60"}) {
        const std::string file = folder_ / megabytes;
        const std::string count = "count=" + megabytes;
        ASSERT_EQ(
            run_command({"dd", "if=/dev/urandom", "of=" + file, "bs=1000000", count, "status=none"}).status,
            0);
        const int fd = std::move(support::open_read(file)).value().release();
        request_.sources.push_back({fd, megabytes, megabytes, ""});
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string commit = publish();
        ::_exit(commit.size() == 40 ? 0 : 1);
    }
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    ASSERT_EQ(status, 0);
    const auto peak_mb = usage.ru_maxrss / 1024;
    RecordProperty("peak_mb", static_cast<int>(peak_mb));
    EXPECT_LT(peak_mb, 230);
    EXPECT_EQ(git({"fsck", "--strict"}).status, 0);
}

} // namespace
