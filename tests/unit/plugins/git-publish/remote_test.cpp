// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be wrong with a remote, and how little of the machine's git configuration takes part.
#include "release_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace slipway;
using namespace slipway::git_publish;
using support::Kind;
using test::run_command;

namespace {

class RemoteTest : public test::ReleaseTest {
protected:
    /// The message of open(url), "" if it opened.
    std::string refusal(const std::string& url, Kind kind) {
        const Library library;
        RemoteSettings settings;
        settings.url = url;
        auto remote = Remote::open(settings);
        if (remote) return "";
        EXPECT_EQ(remote.error().kind, kind);
        return remote.error().message();
    }
};

TEST_F(RemoteTest, FileUrl) {
    for (const std::string prefix : {"file://", "file://localhost"}) {
        request_.remote.url = prefix + remote_;
        auto made = prepare();
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made.value().release().remote, prefix + remote_);
    }
    EXPECT_EQ(publish().size(), 40u);
    EXPECT_EQ(line({"tag", "-l"}), "05112026");
}

TEST_F(RemoteTest, OddPaths) {
    for (const std::string name : {"a:b.git", "with space.git", "100%25.git", "ü.git"}) {
        request_.remote.url = remote_ = folder_ / name;
        ASSERT_EQ(run_command({"git", "init", "-q", "--bare", remote_}).status, 0);
        EXPECT_EQ(publish().size(), 40u) << name;
        EXPECT_EQ(line({"tag", "-l"}), "05112026");
    }
    request_.remote.url = "file://" + folder_.path() + "/with%20space%2egit";
    EXPECT_TRUE(prepare().value().is_published());
}

TEST_F(RemoteTest, Missing) {
    const std::string path = folder_ / "no.git";
    EXPECT_EQ(refusal(path, Kind::not_found),
              "remote '" + path
                  + "': No such file or directory (hint: git init --bare PATH "
                    "makes an empty one)");
}

TEST_F(RemoteTest, NoRepository) {
    EXPECT_EQ(refusal(folder_.path(), Kind::not_found),
              "remote '" + folder_.path()
                  + "': not a git repository (hint: git init --bare PATH makes an empty one)");
    EXPECT_EQ(refusal(folder_ / "in-0", Kind::not_found),
              "remote '"
                  + folder_ / "in-0': not a git repository (hint: git init --bare PATH makes an empty one)");
}

TEST_F(RemoteTest, WorkingTree) {
    const std::string path = folder_ / "work";
    ASSERT_EQ(run_command({"git", "init", "-q", path}).status, 0);
    EXPECT_EQ(refusal(path, Kind::unsupported),
              "remote '" + path
                  + "': has a working tree, which a push would leave behind (hint: publish to a bare "
                    "repository: git init --bare PATH makes an empty one)");
}

TEST_F(RemoteTest, OtherSchemesSayWhatWorks) {
    for (const std::string scheme : {"http", "git", "ftp"})
        EXPECT_EQ(refusal(scheme + "://user:secret@example.org/x.git", Kind::unsupported),
                  "remote: '" + scheme
                      + "' URLs are not supported (hint: use https:// or ssh://, or the path of a bare "
                        "repository on this machine)");
    EXPECT_EQ(
        refusal("file://example.org/x.git", Kind::unsupported),
        "remote 'file://example.org/x.git': file:// URL of another machine (hint: write file:///PATH, with "
        "three slashes)");
}

TEST_F(RemoteTest, FolderOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a folder away";
    ASSERT_EQ(::chown(remote_.c_str(), 65534, 65534), 0);
    EXPECT_EQ(refusal(remote_, Kind::denied),
              "remote '" + remote_
                  + "': belongs to another user, and git's safe.directory rule refuses it (hint: run "
                    "as the folder's owner, or make this user its owner)");
}

TEST_F(RemoteTest, TheRepositorysHooksRun) {
    const std::string mark = folder_ / "ran";
    ASSERT_TRUE(support::write_file(remote_ + "/hooks/post-receive", "#!/bin/sh\ncat >" + mark + "\n", 0755));
    const std::string commit = publish();
    EXPECT_EQ(commit.size(), 40u) << commit;
    EXPECT_EQ(support::read_file(mark).value(),
              std::string(40, '0') + " " + line({"rev-parse", "05112026"}) + " refs/tags/05112026\n");
}

TEST_F(RemoteTest, WhatAHookSaysReachesTheUser) {
    ASSERT_TRUE(support::write_file(remote_ + "/hooks/pre-receive",
                                    "#!/bin/sh\necho 'GH013: \033[31mno' >&2\nexit 1\n", 0755));
    auto made = prepare();
    ASSERT_TRUE(made) << made.error().message();
    auto pushed = made.value().push(meter_);
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::denied);
    EXPECT_EQ(pushed.error().what,
              "pushing to '" + remote_ + "': rejected: refs/tags/05112026: pre-receive hook declined");
    ASSERT_EQ(pushed.error().trace.size(), 1u);
    EXPECT_EQ(pushed.error().trace[0], "remote: GH013: \\x1b[31mno");
    EXPECT_EQ(line({"for-each-ref"}), "");
}

TEST_F(RemoteTest, RejectedRefIsAnError) {
    // git allows no ref inside another: refs/tags/05112026 cannot be made beside refs/tags/05112026/x.
    ASSERT_EQ(git({"tag", "05112026/x", line({"hash-object", "-w", "/dev/null"})}).status, 0);
    auto made = prepare();
    ASSERT_TRUE(made) << made.error().message();
    auto pushed = made.value().push(meter_);
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::denied);
    const std::string start = "pushing to '" + remote_ + "': rejected: refs/tags/05112026: ";
    EXPECT_TRUE(pushed.error().what.starts_with(start)) << pushed.error().what;
    EXPECT_GT(pushed.error().what.size(), start.size());
    EXPECT_EQ(line({"tag", "-l"}), "05112026/x");
}

TEST_F(RemoteTest, TheUsersConfigurationTakesNoPart) {
    const std::string home = folder_ / "home";
    ASSERT_TRUE(support::make_dirs(home));
    ASSERT_TRUE(support::write_file(
        home + "/.gitconfig",
        "[user]\n name = Somebody\n[url \"/nowhere/\"]\n insteadOf = " + folder_.path() + "/\n"));
    const char* old = std::getenv("HOME");
    const std::string saved = old != nullptr ? old : "";
    ::setenv("HOME", home.c_str(), 1);
    const std::string commit = publish();
    ::setenv("HOME", saved.c_str(), 1);
    EXPECT_EQ(commit.size(), 40u) << commit;
    EXPECT_EQ(line({"log", "-1", "--format=%an", "05112026"}), "Slipway");
}

} // namespace
