// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_enclosure.hpp"

#include <gmock/gmock.h>
#include <rootfs/commands.hpp>

using namespace slipway;
using namespace slipway::rootfs;
using support::Result;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class CommandsTest : public testing::Test {
protected:
    Result<void> run(Command command) {
        return run_command(command, local_.enclosure(), 42,
                           {[this] { return cancelled_; }, [this](const auto& line) { log_.push_back(line); },
                            [this](const auto& line) { warnings_.push_back(line); }});
    }

    static Command sh(const std::string& script) { return {"command 'sh'", {"/bin/sh", "-c", script}}; }

    bool cancelled_ = false;
    test::LocalEnclosure local_;
    std::vector<std::string> log_, warnings_;
};

TEST_F(CommandsTest, LogEachLineWithTheName) {
    ASSERT_TRUE(run(sh("echo a; printf '\\033[1mb' >&2")));
    EXPECT_THAT(log_, ElementsAre(HasSubstr("running command 'sh': /bin/sh -c echo a"), "command 'sh': a",
                                  "command 'sh': \\x1b[1mb"));
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(CommandsTest, GetACleanEnvironmentAndTheirOwnVariables) {
    EXPECT_THAT(environment_of({"x", {}, {}, {{"A", "b"}, {"HOME", "/h"}}}, 7),
                ElementsAre("A=b", "HOME=/h", "LANG=C.UTF-8",
                            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                            "SOURCE_DATE_EPOCH=7"));
}

TEST_F(CommandsTest, GetTheirInput) {
    Command command = sh("read -r a; read -r b; echo $b $a; ! read -r c");
    command.input = "one\ntwo\n";
    ASSERT_TRUE(run(command));
    EXPECT_EQ(log_.back(), "command 'sh': two one");
    EXPECT_TRUE(run(sh("! read -r a")));
}

TEST_F(CommandsTest, FailureTellsCodeAndLastLines) {
    const auto ran = run(sh("i=0; while [ $i -lt 30 ]; do echo $i; i=$((i+1)); done; exit 4"));
    ASSERT_FALSE(ran);
    EXPECT_EQ(ran.error().what, "command 'sh' exited with 4: 29");
    EXPECT_EQ(ran.error().trace.size(), 20u);
    EXPECT_EQ(ran.error().trace.front(), "10");
    EXPECT_EQ(run(sh("exit 5")).error().what, "command 'sh' exited with 5");
    EXPECT_EQ(run(sh("kill -KILL $$")).error().what, "command 'sh' was killed by signal 9 (Killed)");
}

TEST_F(CommandsTest, TimeIsBounded) {
    Command command = sh("echo begun; exec sleep 100");
    command.timeout = std::chrono::seconds(1);
    const auto ran = run(command);
    ASSERT_FALSE(ran);
    EXPECT_EQ(ran.error().what, "command 'sh' was stopped after 1.0 s");
    EXPECT_EQ(ran.error().kind, support::Kind::resource);
    EXPECT_THAT(ran.error().trace, ElementsAre("begun"));
}

TEST_F(CommandsTest, CanBeCancelled) {
    cancelled_ = true;
    EXPECT_EQ(run(sh("exec sleep 100")).error().kind, support::Kind::cancelled);
}

TEST_F(CommandsTest, AFloodIsNotLogged) {
    ASSERT_TRUE(run(sh("yes 0123456789012345678901234567890123456789 | head -c 3000000; echo; echo end")));
    EXPECT_LT(log_.size(), 30000u);
    EXPECT_THAT(warnings_, ElementsAre("command 'sh' prints more than 1 MiB: the rest is not logged"));
}

TEST_F(CommandsTest, TellWhatTheyLeftAndWhyTheyDidNotRun) {
    local_.ended.left = "daemon";
    ASSERT_TRUE(run(sh("true")));
    EXPECT_THAT(warnings_, ElementsAre("command 'sh' left processes behind: daemon; they were killed"));
    local_.ended.failure = "no namespaces";
    EXPECT_EQ(run(sh("true")).error().what, "command 'sh': no namespaces");
}

} // namespace
