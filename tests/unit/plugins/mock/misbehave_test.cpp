// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each misbehaviour in a child process of its own, which an alarm ends if nothing else does.
#include <fake_host/fake_host.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

using namespace slipway;

namespace {

struct Ended {
    int status = 0; ///< of waitpid()
    std::string output;

    int signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

    int code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
};

/// A child that runs `body`; `with_child` may look at it before it is waited for.
Ended in_child(const std::function<void()>& body, const std::function<void(pid_t)>& with_child = {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    std::string scratch = testing::TempDir() + "slipway-mock-XXXXXX"; // it cannot tidy up after itself
    EXPECT_NE(::mkdtemp(scratch.data()), nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("TMPDIR", scratch.c_str(), 1);
        ::alarm(60);
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        body();
        ::_exit(99);
    }
    ::close(ends[1]);
    const support::UniqueFd read_end(ends[0]);
    if (with_child) with_child(child);
    Ended ended;
    ended.output = support::read_all(read_end.get(), "child").value();
    ::waitpid(child, &ended.status, 0);
    EXPECT_TRUE(support::remove_tree(scratch));
    return ended;
}

/// The mock with these options, in a child that ends with the stage's status, negated.
Ended mock(const std::string& options, const std::function<void(pid_t)>& with_child = {}) {
    return in_child(
        [&] {
            test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
            const auto status = host.execute("{" + options + "}");
            if (!host.log.empty()) (void)support::write_all(STDOUT_FILENO, host.log.back(), "log");
            ::_exit(-status);
        },
        with_child);
}

} // namespace

TEST(Misbehave, Crashes) {
    EXPECT_EQ(mock(R"("crash": "segv")").signal(), SIGSEGV);
    EXPECT_EQ(mock(R"("crash": "abort")").signal(), SIGABRT);
    EXPECT_EQ(mock(R"("crash": "kill")").signal(), SIGKILL);
    EXPECT_EQ(mock(R"("crash": "stack")").signal(), SIGSEGV);
    EXPECT_EQ(mock(R"("crash": "exit")").code(), 0);
}

TEST(Misbehave, AHangEndsByKillOnly) {
    const Ended ended = mock(R"("hang": true, "print_bytes": 1)", [](pid_t child) {
        ::usleep(300000);
        ::kill(child, SIGTERM);
        ::usleep(100000);
        EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "SIGTERM should not end it";
        ::kill(child, SIGKILL);
    });
    EXPECT_EQ(ended.signal(), SIGKILL);
    EXPECT_EQ(ended.output, "x");
}

TEST(Misbehave, ClosesEveryDescriptor) {
    const Ended ended = in_child([] {
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        const auto status = host.execute(R"({"close_descriptors": true})");
        for (int fd = 0; fd < 256; ++fd)
            if (::fcntl(fd, F_GETFD) >= 0) ::_exit(50);
        ::_exit(status == SLIPWAY_OK ? 7 : 51);
    });
    EXPECT_EQ(ended.code(), 7);
}

TEST(Misbehave, PrintsAsMuchAsItIsTold) {
    const Ended ended = mock(R"("print_bytes": 1000050)");
    EXPECT_EQ(ended.code(), 0);
    EXPECT_EQ(ended.output.size(), 1000050u);
    EXPECT_EQ(ended.output.substr(0, 101), std::string(99, 'x') + "\nx");
}

TEST(Misbehave, StopsPrintingWhenNobodyListens) {
    const Ended ended = in_child([] {
        std::signal(SIGPIPE, SIG_IGN);
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) ::_exit(50);
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[1]);
        ::close(ends[0]);
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        ::_exit(host.execute(R"({"print_bytes": 100000000})") == SLIPWAY_OK ? 7 : 51);
    });
    EXPECT_EQ(ended.code(), 7);
}

TEST(Misbehave, LeavesAChildInASessionOfItsOwn) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const support::UniqueFd read_end(ends[0]);
    support::UniqueFd write_end(ends[1]);
    const Ended ended = in_child([&] {
        const int null = ::open("/dev/null", O_WRONLY);
        ::dup2(null, STDOUT_FILENO); // else the child left behind keeps our pipe open
        test::FakeHost host(std::string(SLIPWAY_STAGES) + "/mock.so", "mock");
        const auto status = host.execute(R"({"leave_child": true})");
        (void)support::write_all(write_end.get(), host.log.back() + "\n", "pipe");
        ::_exit(-status);
    });
    write_end.reset();
    EXPECT_EQ(ended.code(), 0);
    std::array<char, 100> line{};
    ASSERT_GT(::read(read_end.get(), line.data(), line.size() - 1), 0);
    int child = -1;
    ASSERT_EQ(std::sscanf(line.data(), "left child %d", &child), 1);
    ::usleep(100000);
    EXPECT_EQ(::kill(child, 0), 0);
    EXPECT_EQ(::getsid(child), child);
    EXPECT_EQ(::kill(child, SIGKILL), 0);
}
