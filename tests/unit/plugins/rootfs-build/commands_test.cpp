// SPDX-License-Identifier: GPL-3.0-or-later
//
// With an enclosure that is none: programs of this machine, in its own root. (The real one:
// tests/unit/worker, tests/e2e.)
#include <commands.hpp>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

using namespace slipway;
using namespace slipway::rootfs;
using support::Result;
using support::UniqueFd;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class CommandsTest : public testing::Test {
protected:
    ~CommandsTest() override {
        if (waiter_.joinable()) waiter_.join();
    }

    Enclosure enclosure() {
        return {[this](const auto& arguments, const auto& environment, int input, int output) {
                    return start(arguments, environment, input, output);
                },
                [this](int) {
                    waiter_.join();
                    return Result<Ended>(ended_);
                }};
    }

    Result<UniqueFd> start(const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment, int input, int output) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        std::vector<char*> argv, envp;
        for (const auto& word : arguments)
            argv.push_back(const_cast<char*>(word.c_str()));
        for (const auto& variable : environment)
            envp.push_back(const_cast<char*>(variable.c_str()));
        argv.push_back(nullptr);
        envp.push_back(nullptr);
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(input, 0);
            ::dup2(output, 1);
            ::dup2(output, 2);
            ::execve(argv[0], argv.data(), envp.data());
            ::_exit(127);
        }
        waiter_ = std::thread([this, child, end = ends[1]] { wait_for(child, end); });
        return UniqueFd(ends[0]);
    }

    /// Kills the child if the other side shuts down.
    void wait_for(pid_t child, int end) {
        int status = 0;
        char byte = 0;
        while (::waitpid(child, &status, WNOHANG) == 0) {
            if (::recv(end, &byte, 1, MSG_DONTWAIT) == 0) ::kill(child, SIGKILL);
            ::usleep(1000);
        }
        ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        ended_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        ::close(end);
    }

    Result<void> run(Command command) {
        return run_command(command, enclosure(), 42,
                           {[this] { return cancelled_; }, [this](const auto& line) { log_.push_back(line); },
                            [this](const auto& line) { warnings_.push_back(line); }});
    }

    static Command sh(const std::string& script) { return {"command 'sh'", {"/bin/sh", "-c", script}}; }

    bool cancelled_ = false;
    Ended ended_;
    std::vector<std::string> log_, warnings_;
    std::thread waiter_;
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
    ended_.left = "daemon";
    ASSERT_TRUE(run(sh("true")));
    EXPECT_THAT(warnings_, ElementsAre("command 'sh' left processes behind: daemon; they were killed"));
    ended_.failure = "no namespaces";
    EXPECT_EQ(run(sh("true")).error().what, "command 'sh': no namespaces");
}

} // namespace
