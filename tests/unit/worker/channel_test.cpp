// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <worker/channel.hpp>

#include <array>
#include <cstring>
#include <thread>

namespace slipway::worker {
namespace {

namespace json = support::json;
using support::UniqueFd;

json::Value message(const std::string& text) {
    return json::Object{{"t", "log"}, {"text", text}};
}

std::string header(std::uint32_t size, std::uint32_t flags) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &size, 4);
    std::memcpy(bytes.data() + 4, &flags, 4);
    return bytes;
}

struct Pair {
    UniqueFd one, other;

    Pair() {
        int fds[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        one = UniqueFd(fds[0]);
        other = UniqueFd(fds[1]);
    }
};

UniqueFd some_file() {
    return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(FrameReader, GivesMessagesHoweverTheBytesAreCut) {
    const std::string bytes = encode_frame(message("one"), false) + encode_frame(message("two"), false);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        FrameReader reader;
        std::string seen;
        for (std::size_t at = 0; at < bytes.size(); at += cut) {
            reader.feed(std::string_view(bytes).substr(at, cut));
            for (;;) {
                auto next = reader.next();
                ASSERT_TRUE(next);
                if (!next.value()) break;
                seen += next.value()->body["text"].as_string() + " ";
            }
        }
        EXPECT_EQ(seen, "one two ") << "cut into pieces of " << cut;
    }
}

TEST(FrameReader, RefusesAFrameThatIsTooLong) {
    FrameReader reader;
    reader.feed(header(max_frame + 1, 0));
    auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().what, "worker channel: malformed frame header");
}

TEST(FrameReader, WaitsForTheLongestFrameAllowed) {
    FrameReader reader;
    reader.feed(header(max_frame, 0));
    auto next = reader.next();
    ASSERT_TRUE(next);
    EXPECT_FALSE(next.value());
}

TEST(FrameReader, TakesNoMoreThanItIsTold) {
    FrameReader reader(max_worker_frame, 0);
    reader.feed(header(max_worker_frame + 1, 0));
    EXPECT_FALSE(reader.next());
}

// A worker sends none: they would fill the host's table of descriptors.
TEST(FrameReader, ClosesDescriptorsThatNobodyWaitsFor) {
    FrameReader reader(max_worker_frame, 0);
    UniqueFd fd = some_file();
    const int number = fd.get();
    reader.feed(std::move(fd));
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
    reader.feed(encode_frame(message("one"), false));
    EXPECT_FALSE(reader.next());
}

TEST(FrameReader, RefusesUnknownFlags) {
    FrameReader reader;
    reader.feed(header(2, 2) + "{}");
    EXPECT_FALSE(reader.next());
}

TEST(FrameReader, RefusesWhatIsNoJson) {
    FrameReader reader;
    reader.feed(header(3, 0) + "{]}");
    auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_TRUE(next.error().what.starts_with("worker channel: 1:2: ")) << next.error().what;
}

TEST(FrameReader, RefusesAFrameWhoseDescriptorDidNotCome) {
    FrameReader reader;
    reader.feed(encode_frame(message("x"), true));
    auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().what, "worker channel: a descriptor is missing");
}

TEST(FrameReader, GivesDescriptorsToTheFramesTheyCameWith) {
    FrameReader reader;
    UniqueFd file = some_file();
    const int number = file.get();
    reader.feed(std::move(file));
    reader.feed(encode_frame(message("without"), false) + encode_frame(message("with"), true));
    EXPECT_FALSE(reader.next().value()->fd);
    EXPECT_EQ(reader.next().value()->fd.get(), number);
}

TEST(Channel, CarriesADescriptorToTheOtherProcessEnd) {
    Pair pair;
    const UniqueFd file = some_file();
    const std::string frame = encode_frame(message("here"), true);
    ASSERT_EQ(send_some(pair.one.get(), frame, file.get()).value(), frame.size());
    Channel channel(std::move(pair.other));
    auto got = channel.receive();
    ASSERT_TRUE(got);

    struct stat mine {
    }, theirs{};

    ASSERT_EQ(::fstat(file.get(), &mine), 0);
    ASSERT_EQ(::fstat(got.value().fd.get(), &theirs), 0);
    EXPECT_EQ(mine.st_ino, theirs.st_ino);
    EXPECT_NE(::fcntl(got.value().fd.get(), F_GETFD) & FD_CLOEXEC, 0) << "a plugin's child would inherit it";
}

TEST(Channel, SendsMoreThanASocketHolds) {
    Pair pair;
    const std::string text(4 << 20, 'x');
    std::thread sender([&, end = std::move(pair.one)]() mutable {
        Channel channel(std::move(end));
        EXPECT_TRUE(channel.send(message(text)));
    });
    Channel channel(std::move(pair.other));
    auto got = channel.receive();
    sender.join();
    ASSERT_TRUE(got);
    EXPECT_EQ(got.value().body["text"].as_string(), text);
}

TEST(Channel, TellsThatTheOtherEndIsGone) {
    Pair pair;
    Channel channel(std::move(pair.other));
    pair.one.reset();
    auto got = channel.receive();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().what, "the other end of the worker channel is gone");
    EXPECT_FALSE(channel.send(message("x")));
    EXPECT_FALSE(channel.poll());
}

TEST(Channel, PollNeverBlocks) {
    Pair pair;
    Channel channel(std::move(pair.other));
    auto nothing = channel.poll();
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing.value());
    const std::string frame = encode_frame(message("now"), false);
    ASSERT_TRUE(send_some(pair.one.get(), frame.substr(0, 5), -1));
    EXPECT_FALSE(channel.poll().value()) << "half a frame is no message";
    ASSERT_TRUE(send_some(pair.one.get(), frame.substr(5), -1));
    EXPECT_EQ(channel.poll().value()->body["text"].as_string(), "now");
}

} // namespace
} // namespace slipway::worker
