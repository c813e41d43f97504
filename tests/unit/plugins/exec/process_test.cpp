// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <process.hpp>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>

using namespace slipway;
using namespace slipway::exec;
using namespace std::chrono;
using support::Kind;

namespace {

class Process : public testing::Test {
protected:
    Process() {
        std::string pattern = testing::TempDir() + "slipway-exec-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
    }

    ~Process() override { EXPECT_TRUE(support::remove_tree(dir_)); }

    /// A script of bash: the test's own, to have a program that does what the test wants.
    Command script(const std::string& text) const {
        return {"/bin/bash", {"bash", "-c", text}, {"PATH=/usr/bin:/bin"}, dir_, -1, -1, {}};
    }

    std::string write(const std::string& name, const std::string& text, unsigned mode) const {
        EXPECT_TRUE(support::write_file(dir_ + "/" + name, text, mode));
        return dir_ + "/" + name;
    }

    std::string read(const std::string& name) const { return support::read_file(dir_ + "/" + name).value(); }

    /// Waits until a file is there and not empty.
    void await(const std::string& name) const {
        for (int i = 0; i < 500; ++i) {
            std::error_code none;
            if (std::filesystem::file_size(dir_ + "/" + name, none) > 0 && !none) return;
            ::usleep(10000);
        }
        FAIL() << name << " did not appear";
    }

    bool is_gone(const std::string& pid_file) const {
        const int pid = std::stoi(read(pid_file));
        for (int i = 0; i < 100 && ::kill(pid, 0) == 0; ++i) {
            const auto stat = support::read_file("/proc/" + std::to_string(pid) + "/stat");
            if (!stat || stat.value().find(") Z ") != std::string::npos) return true;
            ::usleep(10000);
        }
        return ::kill(pid, 0) != 0;
    }

    std::string dir_;
};

bool never() {
    return false;
}

} // namespace

TEST_F(Process, TellsExitCodesAndSignals) {
    EXPECT_EQ(run(script("exit 0"), never).value().code, 0);
    EXPECT_EQ(run(script("exit 3"), never).value().code, 3);
    const auto killed = run(script("kill -SEGV $$"), never).value();
    EXPECT_EQ(killed.signal, SIGSEGV);
    EXPECT_EQ(killed.code, 0);
}

TEST_F(Process, KeepsTheLastLinesOfStandardError) {
    const auto ended =
        run(script("for i in {1..30}; do echo line $i >&2; done; printf 'no end\\033' >&2"), never).value();
    ASSERT_EQ(ended.last_errors.size(), 20u);
    EXPECT_EQ(ended.last_errors[0], "line 12");
    EXPECT_EQ(ended.last_errors[19], "no end\\x1b");
}

TEST_F(Process, AFloodOnStandardErrorNeitherBlocksNorFills) {
    const auto ended = run(script("yes | head -c 3000000 >&2; echo last >&2"), never).value();
    EXPECT_EQ(ended.last_errors.size(), 20u);
    EXPECT_EQ(ended.last_errors.back(), "last");
}

TEST_F(Process, NoLineIsKeptInPart) {
    const auto last = [&](const std::string& text) { return run(script(text), never).value().last_errors; };
    EXPECT_THAT(last("head -c 9000 /dev/zero | tr '\\0' x >&2; sleep 0.1; echo >&2; echo last >&2"),
                testing::ElementsAre("last"));
    EXPECT_THAT(last("head -c 9000 /dev/zero | tr '\\0' x >&2"), testing::ElementsAre());
    EXPECT_THAT(last("echo first >&2; head -c 8186 /dev/zero | tr '\\0' x >&2; printf '\nlast' >&2"),
                testing::ElementsAre(std::string(8186, 'x'), "last"));
}

TEST_F(Process, StartsInItsFolderWithItsEnvironmentOnly) {
    ASSERT_EQ(run(script("pwd >out; env | sort >>out; cat >>out"), never).value().code, 0);
    EXPECT_THAT(read("out"), testing::StartsWith(dir_ + "\n"));
    EXPECT_THAT(read("out"), testing::HasSubstr("PATH=/usr/bin:/bin\n"));
    EXPECT_THAT(read("out"), testing::Not(testing::HasSubstr("HOME=")));
}

TEST_F(Process, IgnoresNoSignalsAndHasNoneOfOurDescriptors) {
    const support::UniqueFd ours(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    std::signal(SIGPIPE, SIG_IGN);
    const auto ended = run(
        script("grep SigIgn /proc/self/status >out; test ! -e /proc/self/fd/" + std::to_string(ours.get())),
        never);
    std::signal(SIGPIPE, SIG_DFL);
    EXPECT_EQ(ended.value().code, 0);
    const auto ignored = std::stoull(read("out").substr(8), nullptr, 16);
    EXPECT_EQ(ignored & (1u << (SIGPIPE - 1)), 0u);
}

TEST_F(Process, FeedsInputAndTakesOutput) {
    const std::string in = write("in", "hello\n", 0644);
    const auto input = support::open_read(in);
    const support::UniqueFd output(::open((dir_ + "/out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    Command command = script("tr a-z A-Z");
    command.input = input.value().get();
    command.output = output.get();
    ASSERT_EQ(run(command, never).value().code, 0);
    EXPECT_EQ(read("out"), "HELLO\n");
}

TEST_F(Process, CancelEndsTheWholeGroup) {
    int asked = 0;
    const auto begin = steady_clock::now();
    const auto ended = run(script("sleep 1000 & echo $! >child; wait"), [&] {
                           if (asked++ == 0) await("child");
                           return asked > 1;
                       }).value();
    EXPECT_LT(steady_clock::now() - begin, seconds(2));
    EXPECT_TRUE(ended.cancelled);
    EXPECT_EQ(ended.signal, SIGTERM);
    EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, WhoIsDeafToSigtermIsKilledTwoSecondsLater) {
    int asked = 0;
    const auto begin = steady_clock::now();
    const auto ended = run(script("trap '' TERM; echo $$ >me; while true; do sleep 0.1; done"), [&] {
                           if (asked++ == 0) await("me");
                           return asked > 1;
                       }).value();
    EXPECT_GE(steady_clock::now() - begin, seconds(2));
    EXPECT_LT(steady_clock::now() - begin, seconds(5));
    EXPECT_EQ(ended.signal, SIGKILL);
    EXPECT_TRUE(ended.cancelled);
}

TEST_F(Process, WhatItLeavesBehindIsKilledAndNotWaitedFor) {
    const auto begin = steady_clock::now();
    ASSERT_EQ(run(script("sleep 1000 & echo $! >child; exit 0"), never).value().code, 0);
    EXPECT_LT(steady_clock::now() - begin, seconds(5));
    EXPECT_TRUE(is_gone("child"));
}

TEST_F(Process, WhoeverHoldsStandardErrorIsNotWaitedFor) {
    const auto begin = steady_clock::now();
    const auto ended =
        run(script("setsid sleep 30 & echo $! >child; echo said >&2; sleep 0.2; exit 0"), never).value();
    EXPECT_LT(steady_clock::now() - begin, seconds(10));
    EXPECT_THAT(ended.last_errors, testing::ElementsAre("said"));
    ::kill(std::stoi(read("child")), SIGKILL);
}

TEST_F(Process, FindsPrograms) {
    EXPECT_THAT(find_program("env").value(), testing::AnyOf("/usr/bin/env", "/bin/env"));
    const std::string script_file = write("tool", "#!/bin/sh\n", 0755);
    EXPECT_EQ(find_program(script_file).value(), script_file);
}

TEST_F(Process, NamesWhatIsWrongWithAProgram) {
    EXPECT_EQ(find_program("no-such-program").error().message(),
              "program 'no-such-program': not in /usr/local/bin:/usr/bin:/bin (hint: install it, or give its "
              "whole path)");
    EXPECT_EQ(find_program("/no/such").error().what, "program '/no/such': no such file");
    EXPECT_EQ(find_program(dir_).error().kind, Kind::not_found);
    const std::string plain = write("plain", "x", 0644);
    const auto denied = find_program(plain);
    EXPECT_EQ(denied.error().kind, Kind::denied);
    EXPECT_EQ(denied.error().what, "program '" + plain + "': '" + plain + "' is not executable");
}

TEST_F(Process, NamesWhyAProgramDoesNotStart) {
    const std::string lost = write("lost", "#!/no/such/interpreter\n", 0755);
    const auto missing = run({lost, {lost}, {}, dir_, -1, -1, {}}, never);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().what, "starting '" + lost + "': No such file or directory");
    EXPECT_EQ(missing.error().hint,
              "the file is there: its interpreter (first line, after '#!') may be missing");
    const std::string bare = write("bare", "echo hello\n", 0755);
    const auto format = run({bare, {bare}, {}, dir_, -1, -1, {}}, never);
    ASSERT_FALSE(format);
    EXPECT_EQ(format.error().what, "starting '" + bare + "': Exec format error");
}
