// SPDX-License-Identifier: GPL-3.0-or-later
#include <child.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

using namespace slipway::check;
namespace json = slipway::support::json;

namespace {

ChildSetup watched(const Watch& watch) {
    ChildSetup setup;
    setup.watch = watch;
    return setup;
}

json::Value error_of(int result) {
    return result >= 0 ? 0 : errno;
}

} // namespace

TEST(Child, GivesBackAValueAndWhatItPrinted) {
    const ChildResult result = in_child({}, [](const Note&) -> json::Value {
        std::puts("hello");
        return json::Object{{"pid", static_cast<std::int64_t>(::getpid())}};
    });
    EXPECT_EQ(result.failure(), "");
    EXPECT_NE(result.value["pid"].as_integer(), ::getpid());
    EXPECT_EQ(result.printed, "hello\n");
}

TEST(Child, TellsWhereItCrashed) {
    const auto crash = [](const Note& note) -> json::Value {
        note("run()");
        (void)::raise(SIGKILL);
        return nullptr;
    };
    EXPECT_EQ(in_child({}, crash).failure(), "crashed with SIGKILL in run()");
    EXPECT_EQ(in_child({}, [](const Note&) -> json::Value { ::_exit(3); }).failure(),
              "ended the process with code 3");
}

TEST(Child, IsKilledWithAllItStartedWhenTimeIsUp) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, 0), 0);
    ChildSetup setup;
    setup.limit = std::chrono::milliseconds(300);
    const ChildResult result = in_child(setup, [&](const Note&) -> json::Value {
        if (::fork() == 0) ::setsid();
        for (;;)
            ::pause();
    });
    EXPECT_EQ(result.ending, Ending::timed_out);
    EXPECT_EQ(::close(ends[0]), 0);
    EXPECT_EQ(::close(ends[1]), 0);
}

TEST(Child, HasTheEnvironmentItIsGivenAndNoOther) {
    ChildSetup setup;
    setup.environment = {"TZ=UTC"};
    setup.umask = 077;
    const ChildResult result = in_child(setup, [](const Note&) -> json::Value {
        return json::Object{{"TZ", ::getenv("TZ")}, {"HOME", ::getenv("HOME") == nullptr}};
    });
    EXPECT_EQ(result.value, (json::Value(json::Object{{"TZ", "UTC"}, {"HOME", true}})));
}

TEST(Child, IsSeenToOpenSocketsAndIsRefusedThem) {
    const auto work = [](const Note&) { return error_of(::socket(AF_INET, SOCK_DGRAM, 0)); };
    const ChildResult refused = in_child(watched({}), work);
    if (!refused.observed.watched) GTEST_SKIP() << "no seccomp user notification here";
    EXPECT_EQ(refused.value.as_integer(), EACCES);
    EXPECT_THAT(refused.observed.sockets, testing::ElementsAre("a socket of address family 2"));
    Watch may;
    may.network = true;
    EXPECT_EQ(in_child(watched(may), work).value.as_integer(), 0);
}

TEST(Child, IsSeenToWriteWhereItMayNot) {
    Watch watch;
    watch.writes = {"/tmp"};
    ChildSetup setup = watched(watch);
    setup.writes = {"/tmp"};
    const ChildResult result = in_child(setup, [](const Note&) {
        char name[] = "/tmp/slipway-child-XXXXXX";
        const int fine = ::mkstemp(name);
        ::unlink(name);
        ::close(fine);
        return error_of(::open("/var/tmp/../tmp/slipway-refused", O_WRONLY | O_CREAT, 0600));
    });
    if (!result.observed.watched) GTEST_SKIP() << "no seccomp user notification here";
    EXPECT_THAT(result.observed.changes, testing::ElementsAre("/var/tmp/slipway-refused"));
}

TEST(Child, FailsToReadAnArtifactFromTheSecondReadOn) {
    Watch watch;
    watch.fail_read = 2;
    const ChildResult result = in_child(watched(watch), [](const Note&) -> json::Value {
        const int low = ::open("/dev/zero", O_RDONLY);
        const int fd = ::fcntl(low, F_DUPFD, first_input_fd);
        char byte = 0;
        return json::Array{error_of(static_cast<int>(::read(fd, &byte, 1))),
                           error_of(static_cast<int>(::read(fd, &byte, 1))),
                           error_of(static_cast<int>(::read(low, &byte, 1)))};
    });
    if (!result.observed.watched) GTEST_SKIP() << "no seccomp user notification here";
    EXPECT_EQ(result.value, (json::Value(json::Array{0, EIO, 0})));
    EXPECT_TRUE(result.observed.failed);
}
