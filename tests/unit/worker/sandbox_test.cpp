// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a restricted process may: each try is a child that says how its call ended.
#include <command/command.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <support/fs.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/sandbox.hpp>

#include <cerrno>
#include <csignal>
#include <functional>

namespace slipway::worker {
namespace {

constexpr int killed = 1000;

class SandboxTest : public testing::Test {
protected:
    SandboxTest() {
        EXPECT_TRUE(support::make_dirs(folder_ / "work"));
        EXPECT_TRUE(support::write_file(folder_ / "file", "text"));
        policy_.write_paths = {folder_ / "work"};
    }

    /// The errno of `call` in a process under the policy; killed + the signal that ended it.
    int error_of(const std::function<long()>& call) {
        const pid_t child = ::fork();
        if (child == 0) {
            (void)restrict_process(policy_);
            errno = 0;
            ::_exit(call() < 0 ? errno : 0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? killed + WTERMSIG(status) : WEXITSTATUS(status);
    }

    int error_of_socket(int family, int type, int protocol) {
        return error_of([=] { return ::socket(family, type, protocol); });
    }

    test::ScratchFolder folder_;
    SandboxPolicy policy_;
};

TEST_F(SandboxTest, FilesAreThoseThatAreDeclared) {
    const auto open = [&](const std::string& name, int flags) {
        return error_of([path = folder_ / name, flags] { return ::open(path.c_str(), flags, 0600); });
    };
    EXPECT_EQ(open("work/new", O_WRONLY | O_CREAT), 0);
    EXPECT_EQ(open("file", O_RDONLY), EACCES);
    policy_.read_paths = {folder_ / "file"};
    EXPECT_EQ(open("file", O_RDONLY), 0);
    EXPECT_EQ(open("file", O_WRONLY), EACCES);
    EXPECT_EQ(open("new", O_WRONLY | O_CREAT), EACCES);
}

TEST_F(SandboxTest, SocketsAreOfTcpAndUdpAlone) {
    EXPECT_EQ(error_of_socket(AF_INET, SOCK_STREAM, 0), EACCES);
    EXPECT_EQ(error_of_socket(AF_UNIX, SOCK_STREAM, 0), 0);
    EXPECT_EQ(error_of_socket(AF_UNIX, SOCK_DGRAM, 0), EACCES) << "it sends without connect()";
    policy_.capabilities.network = true;
    for (const int family : {AF_INET, AF_INET6}) {
        EXPECT_NE(error_of_socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), EACCES);
        EXPECT_NE(error_of_socket(family, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP), EACCES);
        EXPECT_NE(error_of_socket(family, SOCK_DGRAM, IPPROTO_UDP), EACCES);
        EXPECT_EQ(error_of_socket(family, SOCK_STREAM, 262), EACCES) << "IPPROTO_MPTCP: no port rules there";
        EXPECT_EQ(error_of_socket(family, SOCK_STREAM, IPPROTO_SCTP), EACCES);
        EXPECT_EQ(error_of_socket(family, SOCK_SEQPACKET, 0), EACCES) << "SCTP as well";
        EXPECT_EQ(error_of_socket(family, SOCK_DGRAM, IPPROTO_ICMP), EACCES) << "ping";
        EXPECT_EQ(error_of_socket(family, SOCK_DGRAM, IPPROTO_UDPLITE), EACCES);
        EXPECT_EQ(error_of_socket(family, SOCK_RAW, IPPROTO_ICMP), EACCES);
    }
    EXPECT_EQ(error_of_socket(AF_NETLINK, SOCK_RAW, 0), 0) << "routes: getaddrinfo() asks for them";
    EXPECT_EQ(error_of_socket(AF_NETLINK, SOCK_RAW, 9), EACCES) << "NETLINK_AUDIT";
    EXPECT_EQ(error_of_socket(AF_PACKET, SOCK_RAW, 0), EACCES);
}

TEST_F(SandboxTest, BitsThatTheKernelDoesNotLookAtDoNotCount) {
    policy_.capabilities.network = true;
    constexpr long more = 1L << 40;
    EXPECT_EQ(error_of([] { return ::syscall(SYS_socket, AF_PACKET | more, SOCK_RAW, 0); }), EACCES);
    EXPECT_EQ(error_of([] { return ::syscall(SYS_socket, AF_INET | more, SOCK_RAW | more, 0); }), EACCES);
    EXPECT_EQ(error_of([] { return ::syscall(SYS_socket, AF_INET, SOCK_STREAM | more, 262 | more); }),
              EACCES);
    EXPECT_EQ(error_of([] { return ::syscall(SYS_ioctl, 0, 0x5412 | more, "x"); }), EPERM) << "TIOCSTI";
}

TEST_F(SandboxTest, NoConnectionComesWithoutConnect) {
    policy_.capabilities.network = true;
    const auto send = [](int flags) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(9);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        return ::sendto(fd, "x", 1, flags | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    };
    EXPECT_EQ(error_of([&] { return send(MSG_FASTOPEN); }), EACCES);
    EXPECT_EQ(error_of([&] { return send(0); }), EPIPE) << "it is not connected";
}

#ifdef __x86_64__
TEST_F(SandboxTest, CallsOfOtherAbisEndTheProcess) {
    constexpr long x32 = 0x40000000;
    EXPECT_EQ(error_of([] { return ::syscall(x32 + SYS_getpid); }), killed + SIGSYS);
    EXPECT_EQ(error_of([] {
                  long result = 20; // getpid() of i386
                  asm volatile("int $0x80" : "+a"(result) : : "memory");
                  return result;
              }),
              killed + SIGSYS);
}
#endif

TEST_F(SandboxTest, CallsThatAreNewerThanTheFilterDoNotExist) {
    const std::string own = folder_ / "work";
    EXPECT_EQ(error_of([&] { return ::syscall(452, AT_FDCWD, own.c_str(), 0700, 0); }), ENOSYS)
        << "fchmodat2";
    EXPECT_EQ(error_of([] { return ::syscall(467, AT_FDCWD, "/", 0, nullptr, 0); }), ENOSYS)
        << "open_tree_attr";
    EXPECT_EQ(error_of([] { return ::syscall(SYS_clone3, nullptr, 0); }), ENOSYS)
        << "its flags cannot be seen";
}

TEST_F(SandboxTest, ProgramsAreThoseThatAreDeclared) {
    const auto start = [&](const char* program) {
        return error_of([program] { return ::execl(program, program, "--version", nullptr); });
    };
    EXPECT_EQ(start("/usr/bin/true"), EACCES);
    policy_.capabilities.exec = true;
    EXPECT_EQ(start("/usr/bin/true"), 0);
    policy_.capabilities.programs = {"true"};
    EXPECT_EQ(start("/usr/bin/true"), 0);
    EXPECT_EQ(start("/usr/bin/env"), EACCES);
}

TEST_F(SandboxTest, NobodyElseIsSlowedDown) {
    EXPECT_EQ(error_of([] { return ::setpriority(PRIO_PROCESS, 0, 19); }), 0);
    EXPECT_EQ(error_of([] { return ::setpriority(PRIO_USER, 0, 19); }), EPERM);
    EXPECT_EQ(error_of([] { return ::setpriority(PRIO_PROCESS, 1, 19); }), EPERM);
}

TEST_F(SandboxTest, NamesWhatIsReached) {
    const pid_t child = ::fork();
    if (child == 0) {
        const SandboxLevel level = restrict_process(policy_);
        ::_exit(level.reached == std::vector<std::string>{"privileges", "files", "system-calls"} ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace slipway::worker
