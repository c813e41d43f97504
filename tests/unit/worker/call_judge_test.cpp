// SPDX-License-Identifier: GPL-3.0-or-later
//
// Calls of this process, as if it were a stage's and we its supervisor.
#include <call_judge.hpp>
#include <command/command.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sched.h>
#include <support/fs.hpp>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace slipway::worker {
namespace {

namespace json = support::json;
using support::UniqueFd;
using testing::HasSubstr;
using testing::StartsWith;

std::uint64_t at(const void* pointer) {
    return reinterpret_cast<std::uint64_t>(pointer); // NOLINT: as it stands in a register
}

constexpr auto here = static_cast<std::uint64_t>(AT_FDCWD);

class CallJudgeTest : public testing::Test {
protected:
    CallJudgeTest() {
        for (const char* name : {"work", "read", "secret"})
            EXPECT_TRUE(support::make_dirs(folder_ / name));
        for (const char* name : {"work/file", "read/file", "secret/file"})
            EXPECT_TRUE(support::write_file(folder_ / name, "text"));
    }

    Verdict judge(const std::string& name, std::array<std::uint64_t, 6> arguments,
                  json::Value more = json::Object{}) const {
        json::Value policy = json::Object{{"exec", false},
                                          {"read", json::Array{folder_ / "read"}},
                                          {"write", json::Array{folder_ / "work"}},
                                          {"tasks", 100}};
        for (const json::Member& member : more.as_object())
            policy.set(member.key, member.value);
        return CallJudge(policy).judge({name, ::getpid(), arguments});
    }

    std::string told(const std::string& name, std::array<std::uint64_t, 6> arguments,
                     json::Value more = json::Object{}) const {
        return judge(name, arguments, std::move(more)).report;
    }

    std::string told_of_open(const std::string& path, int flags) const {
        return told("openat", {here, at(path.c_str()), static_cast<std::uint64_t>(flags)});
    }

    test::ScratchFolder folder_;
};

TEST_F(CallJudgeTest, TellsOfFilesThatAreNotDeclared) {
    EXPECT_EQ(told_of_open(folder_ / "read/file", O_RDONLY), "");
    EXPECT_EQ(told_of_open(folder_ / "work/new", O_WRONLY | O_CREAT), "");
    EXPECT_EQ(told_of_open("/usr/bin/env", O_RDONLY), "");
    EXPECT_EQ(told_of_open(folder_ / "secret/file", O_RDONLY), "reading '" + (folder_ / "secret/file") + "'");
    EXPECT_EQ(told_of_open(folder_ / "read/file", O_RDWR), "writing '" + (folder_ / "read/file") + "'");
    EXPECT_EQ(told_of_open(folder_ / "read/new", O_WRONLY | O_CREAT),
              "writing '" + (folder_ / "read/new") + "'");
    EXPECT_EQ(told_of_open(folder_ / "secret", O_RDONLY | O_DIRECTORY),
              "reading '" + (folder_ / "secret") + "'");
}

TEST_F(CallJudgeTest, DoesNotTellOfWhatIsNotThere) {
    EXPECT_EQ(told_of_open(folder_ / "secret/none", O_RDONLY), "");
    EXPECT_EQ(told_of_open(folder_ / "none/new", O_WRONLY | O_CREAT), "");
    EXPECT_EQ(told_of_open("", O_RDONLY), "");
    EXPECT_EQ(told("openat", {here, 8, O_RDONLY}), "") << "no address of this process";
}

TEST_F(CallJudgeTest, SeesThroughLinksAndDots) {
    ASSERT_EQ(::symlink((folder_ / "secret").c_str(), (folder_ / "work/link").c_str()), 0);
    EXPECT_THAT(told_of_open(folder_ / "work/link/file", O_RDONLY), HasSubstr("/secret/file'"));
    EXPECT_THAT(told_of_open(folder_ / "read/../secret/file", O_RDONLY), HasSubstr("/secret/file'"));
    EXPECT_THAT(told_of_open("/usr/.." + (folder_ / "secret/file"), O_RDONLY), HasSubstr("/secret/file'"));
    EXPECT_THAT(told_of_open("/proc/self/root" + (folder_ / "secret/file"), O_RDONLY),
                HasSubstr("/secret/file'"));
    EXPECT_EQ(told_of_open(folder_ / "readable", O_WRONLY | O_CREAT),
              "writing '" + (folder_ / "readable") + "'")
        << "a name that only begins like a folder's";
}

TEST_F(CallJudgeTest, AFolderThatIsKnownMakesNothingElseKnown) {
    const CallJudge judge(json::Object{{"read", json::Array{}}, {"write", json::Array{folder_ / "work"}}});
    const auto told = [&](const std::string& name, std::uint64_t flags) {
        const std::string path = folder_ / name;
        return judge.judge({"openat", ::getpid(), {here, at(path.c_str()), flags}}).report;
    };
    ASSERT_EQ(::symlink((folder_ / "secret/file").c_str(), (folder_ / "work/link").c_str()), 0);
    EXPECT_EQ(told("work/file", O_RDWR), "");
    EXPECT_EQ(told("work/file", O_RDONLY), "");
    EXPECT_THAT(told("work/link", O_RDONLY), HasSubstr("/secret/file'"));
    EXPECT_THAT(told("work/../secret/file", O_RDONLY), HasSubstr("/secret/file'"));
    EXPECT_THAT(told("work/..", O_RDONLY), StartsWith("reading"));
}

TEST_F(CallJudgeTest, KnowsFoldersByTheirDescriptors) {
    const UniqueFd folder(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto fd = static_cast<std::uint64_t>(folder.get());
    EXPECT_THAT(told("openat", {fd, at("secret/file"), O_RDONLY}), HasSubstr("/secret/file'"));
    EXPECT_EQ(told("openat", {fd, at("read/file"), O_RDONLY}), "");
    EXPECT_EQ(told("openat", {99, at("secret/file"), O_RDONLY}), "") << "no such descriptor";
}

TEST_F(CallJudgeTest, TellsOfEveryCallThatChangesAFile) {
    const std::string file = folder_ / "secret/file", made = folder_ / "secret/new",
                      own = folder_ / "work/file";
    const std::uint64_t target = at(file.c_str()), fresh = at(made.c_str()), mine = at(own.c_str());
    EXPECT_THAT(told("unlink", {target}), StartsWith("removing"));
    EXPECT_THAT(told("unlinkat", {here, target}), StartsWith("removing"));
    EXPECT_THAT(told("truncate", {target}), StartsWith("writing"));
    EXPECT_THAT(told("mkdir", {fresh}), StartsWith("making folder"));
    EXPECT_THAT(told("symlinkat", {mine, here, fresh}), StartsWith("making link"));
    EXPECT_THAT(told("rename", {target, mine}), StartsWith("renaming"));
    EXPECT_THAT(told("renameat2", {here, mine, here, fresh}), StartsWith("renaming"));
    EXPECT_THAT(told("linkat", {here, target, here, mine}), StartsWith("linking"));
    EXPECT_THAT(told("mknodat", {here, fresh, S_IFIFO}), StartsWith("making"));
    EXPECT_EQ(told("rename", {mine, mine}), "");
}

TEST_F(CallJudgeTest, RefusesWhatLandlockDoesNotKnow) {
    const std::string file = folder_ / "secret/file", own = folder_ / "work/file";
    for (const char* name :
         {"chmod", "chown", "lchown", "utimes", "utime", "setxattr", "lsetxattr", "removexattr"}) {
        const Verdict other = judge(name, {at(file.c_str())});
        EXPECT_EQ(other.error, EACCES) << name;
        EXPECT_THAT(other.report, StartsWith(std::string(name) + " of '"));
        EXPECT_EQ(judge(name, {at(own.c_str())}).error, 0) << name;
    }
    EXPECT_EQ(judge("fchmodat", {here, at(file.c_str())}).error, EACCES);
    EXPECT_EQ(judge("mknod", {at(own.c_str()), S_IFBLK}).error, EPERM);
}

TEST_F(CallJudgeTest, DescriptorsOfTheHostsFilesStayAsTheyAre) {
    const UniqueFd other(::open((folder_ / "secret/file").c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd own(::open((folder_ / "work/file").c_str(), O_RDWR | O_CLOEXEC));
    const UniqueFd memory(::memfd_create("memory", MFD_CLOEXEC));
    for (const char* name : {"fchmod", "fchown", "fsetxattr", "fremovexattr", "utimensat"}) {
        EXPECT_EQ(judge(name, {static_cast<std::uint64_t>(other.get())}).error, EACCES) << name;
        EXPECT_EQ(judge(name, {static_cast<std::uint64_t>(own.get())}).error, 0) << name;
        EXPECT_EQ(judge(name, {static_cast<std::uint64_t>(memory.get())}).error, 0) << name;
        EXPECT_EQ(judge(name, {999}).error, 0) << name << ": the kernel knows no such descriptor";
    }
}

TEST_F(CallJudgeTest, ProgramsAreThoseOfTheList) {
    const json::Value list = json::Object{{"exec", true}, {"programs", json::Array{"/usr/bin/true"}}};
    EXPECT_EQ(judge("execve", {at("/usr/bin/true")}).error, EACCES) << "none is declared";
    EXPECT_EQ(judge("execve", {at("/usr/bin/true")}, list).error, 0);
    EXPECT_EQ(judge("execve", {at("/usr/bin/env")}, list).error, EACCES);
    EXPECT_EQ(judge("execve", {at("/usr/bin/none")}, list).error, 0) << "a search of PATH; it is not there";
    EXPECT_EQ(judge("execve", {at("/usr/bin/env")}, json::Object{{"exec", true}}).error, 0);
}

TEST_F(CallJudgeTest, AProgramInMemoryIsInNoList) {
    const json::Value list = json::Object{{"exec", true}, {"programs", json::Array{"/usr/bin/true"}}};
    const UniqueFd memory(::memfd_create("program", MFD_CLOEXEC));
    const auto fd = static_cast<std::uint64_t>(memory.get());
    EXPECT_EQ(judge("execveat", {fd, at(""), 0, 0, AT_EMPTY_PATH}, list).error, EACCES);
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    EXPECT_EQ(judge("execve", {at(path.c_str())}, list).error, EACCES);
    const UniqueFd file(::open("/usr/bin/true", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(
        judge("execveat", {static_cast<std::uint64_t>(file.get()), at(""), 0, 0, AT_EMPTY_PATH}, list).error,
        0);
}

TEST_F(CallJudgeTest, PortsAreThoseOfTheHosts) {
    const json::Value hosts = json::Object{{"hosts", json::Array{"a.example:443"}}};
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto connect = [&](std::uint16_t port, const json::Value& more) {
        to.sin_port = htons(port);
        return judge("connect", {3, at(&to), sizeof to}, more);
    };
    EXPECT_EQ(connect(443, hosts).error, 0);
    EXPECT_EQ(connect(53, hosts).error, 0);
    EXPECT_EQ(connect(80, hosts).error, EACCES);
    EXPECT_EQ(connect(80, hosts).report, "connecting to 127.0.0.1 port 80");
    EXPECT_EQ(connect(80, json::Object{{"hosts", json::Array{"a.example"}}}).error, 0) << "any port of it";
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    six.sin6_port = htons(80);
    EXPECT_EQ(told("connect", {3, at(&six), sizeof six}, hosts), "connecting to ::1 port 80");
    EXPECT_EQ(told("connect", {3, at(&six), 3}, hosts), "") << "cut short: the kernel refuses it";
}

TEST_F(CallJudgeTest, SocketsOfOthersAreRefused) {
    const auto connect = [&](const std::string& path) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        path.copy(to.sun_path, sizeof to.sun_path);
        return judge("connect", {3, at(&to), sizeof(sa_family_t) + path.size()});
    };
    EXPECT_EQ(connect(folder_ / "work/socket").error, 0);
    EXPECT_EQ(connect(folder_ / "secret/file").error, EACCES);
    EXPECT_THAT(connect(folder_ / "secret/file").report, StartsWith("connecting to the socket"));
    EXPECT_EQ(connect("/run/none").report, "") << "libc asks for a socket of nscd's";
    EXPECT_EQ(connect(std::string("\0name", 5)).error, EPERM);
}

TEST_F(CallJudgeTest, SignalsAreForOwnProcesses) {
    const pid_t child = ::fork();
    if (child == 0)
        for (;;)
            ::pause();
    const auto number = [](pid_t pid) { return static_cast<std::uint64_t>(pid); };
    EXPECT_EQ(judge("kill", {number(child), SIGTERM}).error, 0);
    EXPECT_EQ(judge("kill", {0, SIGTERM}).error, 0);
    EXPECT_EQ(judge("kill", {number(::getppid()), SIGKILL}).report,
              "signal 9 to process " + std::to_string(::getppid()));
    EXPECT_EQ(judge("kill", {number(-1), SIGKILL}).error, EPERM);
    EXPECT_EQ(judge("kill", {number(1), SIGKILL}).error, EPERM);
    EXPECT_EQ(judge("kill", {number(4194304), SIGKILL}).error, 0) << "there is none";
    EXPECT_EQ(judge("tgkill", {number(::getppid()), number(::getppid()), SIGKILL}).report,
              "signal 9 to process " + std::to_string(::getppid()));
    EXPECT_EQ(judge("sched_setaffinity", {number(::getppid())}).error, EPERM);
    EXPECT_EQ(judge("sched_setaffinity", {number(child)}).error, 0);
    for (const auto& [pid, error] : {std::pair{child, 0}, {::getppid(), EPERM}}) {
        const UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        EXPECT_EQ(judge("pidfd_send_signal", {number(fd.get()), SIGKILL}).error, error);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_F(CallJudgeTest, OthersLimitsAndHigherOnesAreRefused) {
    rlimit now{};
    ASSERT_EQ(::getrlimit(RLIMIT_CORE, &now), 0);
    rlimit lower = now, higher{RLIM_INFINITY, RLIM_INFINITY};
    EXPECT_EQ(judge("setrlimit", {RLIMIT_CORE, at(&lower)}).error, 0);
    EXPECT_EQ(judge("prlimit64", {0, RLIMIT_CORE, at(&lower)}).error, 0);
    EXPECT_EQ(judge("prlimit64", {static_cast<std::uint64_t>(::getppid()), RLIMIT_CORE, at(&lower)}).error,
              EPERM);
    const rlimit small{now.rlim_cur == RLIM_INFINITY ? 4096 : now.rlim_cur, 4096};
    const pid_t child = ::fork();
    if (child == 0) {
        ::setrlimit(RLIMIT_NOFILE, &small);
        ::_exit(judge("setrlimit", {RLIMIT_NOFILE, at(&higher)}).error == EPERM ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST_F(CallJudgeTest, NobodyElseCanBeBecome) {
    const std::uint64_t own = ::geteuid(), keep = static_cast<std::uint32_t>(-1);
    EXPECT_EQ(judge("setuid", {own}).error, 0);
    EXPECT_EQ(judge("setresuid", {keep, own, keep}).error, 0);
    EXPECT_EQ(judge("setresuid", {keep, own, 12345}).report, "setresuid(12345)");
    EXPECT_EQ(judge("setreuid", {own, own, 12345}).error, 0) << "it has two arguments";
    EXPECT_EQ(judge("setgroups", {0}).error, EPERM);
}

TEST_F(CallJudgeTest, ProcessesAreCountedAndHaveNoNamespacesOfTheirOwn) {
    EXPECT_EQ(judge("clone", {CLONE_VM | CLONE_NEWUSER}).error, EPERM);
    const CallJudge few(json::Object{{"tasks", 1}});
    EXPECT_EQ(few.judge({"fork", ::getpid(), {}}).error, 0);
    EXPECT_EQ(few.judge({"fork", ::getpid(), {}}).error, 0) << "it is counted again: the first has ended";
    const pid_t child = ::fork();
    if (child == 0)
        for (;;)
            ::pause();
    EXPECT_EQ(few.judge({"vfork", ::getpid(), {}}).error, EAGAIN);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_F(CallJudgeTest, WhatIsOnlyEverRefusedIsToldByItsName) {
    EXPECT_EQ(judge("ptrace", {}).error, EPERM);
    EXPECT_EQ(judge("ptrace", {}).report, "ptrace()");
    EXPECT_EQ(judge("socket", {AF_PACKET, SOCK_RAW | SOCK_CLOEXEC}).report, "a socket of family 17, type 3");
}

} // namespace
} // namespace slipway::worker
