// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <support/cores.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

using slipway::support::cores;
using slipway::support::use_cores;

namespace {

/// What nproc(1) of coreutils says.
unsigned told_by_nproc() {
    FILE* const pipe = ::popen("nproc", "re");
    unsigned count = 0;
    EXPECT_EQ(std::fscanf(pipe, "%u", &count), 1);
    ::pclose(pipe);
    return count;
}

/// In a process of its own: a limit stays.
template <class Check>
void apart(Check check) {
    const pid_t child = ::fork();
    if (child == 0) {
        check();
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

} // namespace

TEST(Cores, AreWhatNprocSays) {
    EXPECT_EQ(cores(), told_by_nproc());
}

TEST(Cores, AreLimitedForThreadsAndPrograms) {
    apart([] {
        use_cores(1);
        EXPECT_EQ(cores(), 1u);
        EXPECT_EQ(told_by_nproc(), 1u);
        unsigned in_thread = 0;
        std::thread([&] { in_thread = cores(); }).join();
        EXPECT_EQ(in_thread, 1u);
    });
}

TEST(Cores, MoreThanThereAreChangesNothing) {
    apart([] {
        const unsigned before = cores();
        use_cores(100'000);
        EXPECT_EQ(cores(), before);
    });
    apart([] {
        use_cores(0);
        EXPECT_EQ(cores(), 1u);
    });
}
