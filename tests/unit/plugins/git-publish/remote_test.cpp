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
        auto remote = Remote::open(url);
        if (remote) return "";
        EXPECT_EQ(remote.error().kind, kind);
        return remote.error().message();
    }
};

TEST_F(RemoteTest, FileUrl) {
    for (const std::string prefix : {"file://", "file://localhost"}) {
        request_.remote = prefix + remote_;
        auto made = prepare();
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made.value().release().remote, prefix + remote_);
    }
    EXPECT_EQ(publish().size(), 40u);
    EXPECT_EQ(line({"tag", "-l"}), "05112026");
}

TEST_F(RemoteTest, OddPaths) {
    for (const std::string name : {"a:b.git", "with space.git", "100%25.git", "ü.git"}) {
        request_.remote = remote_ = folder_ / name;
        ASSERT_EQ(run_command({"git", "init", "-q", "--bare", remote_}).status, 0);
        EXPECT_EQ(publish().size(), 40u) << name;
        EXPECT_EQ(line({"tag", "-l"}), "05112026");
    }
    request_.remote = "file://" + folder_.path() + "/with%20space%2egit";
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
    for (const std::string scheme : {"https", "http", "ssh", "git"})
        EXPECT_EQ(refusal(scheme + "://user:secret@example.org/x.git", Kind::unsupported),
                  "remote: '" + scheme
                      + "' URLs are not supported yet (hint: publish to a bare repository on this "
                        "machine, by path or file:// URL)");
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

TEST_F(RemoteTest, LocalTransportRunsNoHooks) {
    for (const std::string hook : {"pre-receive", "update", "post-receive"}) {
        ASSERT_TRUE(
            support::write_file(remote_ + "/hooks/" + hook, "#!/bin/sh\ntouch ran-$0\nexit 1\n", 0755));
    }
    EXPECT_EQ(publish().size(), 40u);
    EXPECT_EQ(run_command({"find", folder_.path(), "-name", "ran-*"}).output, "");
    // git itself does run them, and is refused.
    EXPECT_NE(
        run_command({"git", "--git-dir", remote_, "push", "-q", remote_, "05112026:refs/tags/x"}).status, 0);
}

TEST_F(RemoteTest, RejectedRefIsAnError) {
    // git allows no ref inside another: refs/tags/05112026 cannot be made beside refs/tags/05112026/x.
    ASSERT_EQ(git({"tag", "05112026/x", line({"hash-object", "-w", "/dev/null"})}).status, 0);
    auto made = prepare();
    ASSERT_TRUE(made) << made.error().message();
    auto pushed = made.value().push(meter_);
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().kind, Kind::denied);
    const std::string start = "pushing tag '05112026' to '" + remote_ + "': rejected: ";
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
