// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/spawn.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>

using namespace slipway::support;

namespace {

/// Its output, after "status N: " unless N is 0.
std::string run(const std::vector<std::string>& command, const std::function<void(Spawn&)>& prepare,
                const std::vector<std::string>& environment = {}) {
    const UniqueFd output(::memfd_create("output", MFD_CLOEXEC));
    Spawn spawn;
    spawn.give(output.get(), STDOUT_FILENO);
    prepare(spawn);
    pid_t child = -1;
    if (const int failed = spawn.start(command.front(), command, environment, child); failed != 0)
        return "errno " + std::to_string(failed);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    ::lseek(output.get(), 0, SEEK_SET);
    const std::string text = read_all(output.get(), "output").value();
    return status == 0 ? text : "status " + std::to_string(status) + ": " + text;
}

void nothing(Spawn&) {}

} // namespace

TEST(Spawn, GivesTheEnvironmentAndNothingElse) {
    EXPECT_EQ(run({"/usr/bin/env"}, nothing, {"A=b", "C="}), "A=b\nC=\n");
}

TEST(Spawn, ChangesTheFolder) {
    EXPECT_EQ(run({"/bin/pwd"}, [](Spawn& spawn) { spawn.change_folder("/usr/bin"); }), "/usr/bin\n");
}

TEST(Spawn, NullIsEmpty) {
    EXPECT_EQ(run({"/bin/cat"}, [](Spawn& spawn) { spawn.give_null(STDIN_FILENO); }), "");
}

TEST(Spawn, GivesADescriptorUnderItsOwnNumber) {
    const UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
    ASSERT_TRUE(write_all(file.get(), "text", "input"));
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    EXPECT_NE(run({"/bin/cat", path}, nothing), "text");
    EXPECT_EQ(run({"/bin/cat", path}, [&](Spawn& spawn) { spawn.give(file.get(), file.get()); }), "text");
}

TEST(Spawn, ClosesWhatIsNotToBeInherited) {
    const UniqueFd inherited(::memfd_create("inherited", 0));
    const auto close = [](Spawn& spawn) {
        spawn.give_null(STDIN_FILENO);
        spawn.close_from(3);
    };
    EXPECT_EQ(run({"/bin/ls", "/proc/self/fd"}, close), "0\n1\n2\n3\n"); // 3 is the folder itself
}

TEST(Spawn, SeparatesTheGroup) {
    Spawn spawn;
    spawn.separate();
    pid_t child = -1;
    ASSERT_EQ(spawn.start("/bin/true", {"true"}, {}, child), 0);
    EXPECT_EQ(::getpgid(child), child);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST(Spawn, SeparatesTheSignals) {
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto handler = std::signal(SIGUSR2, SIG_IGN);
    const auto separate = [](Spawn& spawn) { spawn.separate(); };
    const auto bits = [&](const char* line, const std::function<void(Spawn&)>& prepare) {
        const std::string said = run({"/bin/grep", line, "/proc/self/status"}, prepare);
        return std::strtoull(said.c_str() + said.find('\t'), nullptr, 16);
    };
    EXPECT_NE(bits("SigBlk", nothing), 0u);
    EXPECT_EQ(bits("SigBlk", separate), 0u);
    EXPECT_NE(bits("SigIgn", nothing) & 1u << (SIGUSR2 - 1), 0u);
    EXPECT_EQ(bits("SigIgn", separate) & 1u << (SIGUSR2 - 1), 0u);
    std::signal(SIGUSR2, handler);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Spawn, SaysWhatFailed) {
    EXPECT_EQ(run({"/no/such/program"}, nothing), "errno " + std::to_string(ENOENT));
    const auto first_of_two = [](Spawn& spawn) {
        spawn.give(-1, 0);
        spawn.change_folder("/no/such/folder");
    };
    EXPECT_EQ(run({"/bin/true"}, first_of_two), "errno " + std::to_string(EBADF));
}
