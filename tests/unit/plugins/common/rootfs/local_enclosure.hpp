// SPDX-License-Identifier: GPL-3.0-or-later
//
// An enclosure that is none: programs of this machine, in its own root. (The real one: tests/unit/worker,
// tests/e2e.)
#pragma once

#include <gtest/gtest.h>
#include <rootfs/commands.hpp>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace slipway::test {

/// Runs one program at a time.
class LocalEnclosure {
public:
    LocalEnclosure() = default;
    LocalEnclosure(const LocalEnclosure&) = delete;

    ~LocalEnclosure() {
        if (waiter_.joinable()) waiter_.join();
    }

    rootfs::Enclosure enclosure() {
        return {[this](const auto& arguments, const auto& environment, int input, int output) {
                    return start(arguments, environment, input, output);
                },
                [this](int) {
                    waiter_.join();
                    return support::Result<rootfs::Ended>(ended);
                }};
    }

    rootfs::Ended ended; ///< what the next end says beside the program's own code and signal

private:
    support::Result<support::UniqueFd> start(const std::vector<std::string>& arguments,
                                             const std::vector<std::string>& environment, int input,
                                             int output) {
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
        return support::UniqueFd(ends[0]);
    }

    /// Kills the child if the other side shuts down.
    void wait_for(pid_t child, int end) {
        int status = 0;
        char byte = 0;
        while (::waitpid(child, &status, WNOHANG) == 0) {
            if (::recv(end, &byte, 1, MSG_DONTWAIT) == 0) ::kill(child, SIGKILL);
            ::usleep(1000);
        }
        ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        ::close(end);
    }

    std::thread waiter_;
};

} // namespace slipway::test
