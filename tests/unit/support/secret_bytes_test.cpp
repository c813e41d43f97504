// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/secret_bytes.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <utility>

namespace slipway::support {
namespace {

/// The flags of the mapping that holds `address` (proc(5), smaps, VmFlags).
std::string flags_of(const void* address) {
    std::ifstream maps("/proc/self/smaps");
    bool here = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2 && line.find(' ') < line.find(':'))
            here = begin <= reinterpret_cast<std::uintptr_t>(address)
                   && reinterpret_cast<std::uintptr_t>(address) < end;
        if (here && line.starts_with("VmFlags:")) return line + " ";
    }
    return "";
}

Result<SecretBytes> through_pipe(const std::string& text) {
    int ends[2];
    if (::pipe(ends) != 0) return errno_error("pipe", errno);
    const UniqueFd from(ends[0]);
    ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    EXPECT_TRUE(write_all(ends[1], text, "pipe"));
    ::close(ends[1]);
    return SecretBytes::read(from.get(), "the pipe");
}

TEST(SecretBytes, HoldWhatTheyWereGiven) {
    const SecretBytes bytes("token");
    EXPECT_EQ(bytes.view(), "token");
    EXPECT_STREQ(bytes.c_str(), "token");
    EXPECT_TRUE(SecretBytes().empty());
    EXPECT_STREQ(SecretBytes().c_str(), "");
}

TEST(SecretBytes, LieInPagesThatAreNeverDumped) {
    const SecretBytes bytes("token");
    const std::string flags = flags_of(bytes.view().data());
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    if (limit.rlim_cur < 65536) GTEST_SKIP() << "this user may lock no memory";
    EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
}

TEST(SecretBytes, AreMovedAndNotCopied) {
    SecretBytes from("token");
    const char* place = from.view().data();
    SecretBytes to(std::move(from));
    EXPECT_EQ(to.view().data(), place);
    to = SecretBytes("other");
    EXPECT_EQ(to.view(), "other");
}

TEST(SecretBytes, AreZeroedInPlace) {
    SecretBytes bytes("0123456789");
    const char* place = bytes.c_str();
    bytes.shorten(4);
    EXPECT_EQ(std::string(place, 10), std::string("0123\0\0\0\0\0\0", 10));
    bytes.wipe();
    EXPECT_TRUE(bytes.empty());
    EXPECT_EQ(std::string(place, 10), std::string(10, '\0'));
}

TEST(SecretBytes, AreReadToTheEnd) {
    const std::string large(SecretBytes::largest, 'x');
    auto read = through_pipe(large);
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value().view(), large);
    auto more = through_pipe(large + "y");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, Kind::resource);
    EXPECT_EQ(more.error().what, "the pipe: more than 64 KiB, which is no secret but a file");
}

/// Limits and marks of a child that has asked for both.
TEST(SecretBytes, ACrashLeavesNoDump) {
    const pid_t child = ::fork();
    if (child == 0) {
        forbid_core_dumps();
        hide_process();
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        ::_exit(limit.rlim_cur <= 1 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace slipway::support
