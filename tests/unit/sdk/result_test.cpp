// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <slipway/stage.hpp>

namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}

int some_fd() {
    return ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

TEST(Result, HoldsAValueOrAnError) {
    slipway::result<std::string> value = std::string("yes");
    ASSERT_TRUE(value);
    EXPECT_EQ(value.value(), "yes");
    EXPECT_EQ(std::move(value).value(), "yes");
    slipway::result<std::string> failed = slipway::error{SLIPWAY_IO, "no", "do"};
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, SLIPWAY_IO);
    EXPECT_EQ(failed.error().hint, "do");
    slipway::result<void> fine;
    EXPECT_TRUE(fine);
    slipway::result<void> bad = slipway::error{.summary = "no"};
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, SLIPWAY_INTERNAL);
}

TEST(Result, MovesWhatCannotBeCopied) {
    const int fd = some_fd();
    slipway::result<slipway::unique_fd> held = slipway::unique_fd(fd);
    slipway::unique_fd taken = std::move(held).value();
    EXPECT_EQ(taken.get(), fd);
    EXPECT_TRUE(is_open(fd));
}

TEST(UniqueFd, ClosesOnceAtTheEnd) {
    const int fd = some_fd();
    {
        const slipway::unique_fd owner(fd);
        EXPECT_TRUE(is_open(fd));
    }
    EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, MovesOwnership) {
    const int first = some_fd(), second = some_fd();
    slipway::unique_fd a(first), b(second);
    a = std::move(b);
    EXPECT_FALSE(is_open(first)) << "what was there before is closed";
    EXPECT_EQ(a.get(), second);
    EXPECT_EQ(b.get(), -1);
    slipway::unique_fd c(std::move(a));
    EXPECT_EQ(a.get(), -1);
    EXPECT_TRUE(is_open(second));
    slipway::unique_fd& same = c;
    c = std::move(same);
    EXPECT_TRUE(is_open(second)) << "a move to itself keeps it";
    EXPECT_EQ(c.release(), second);
    c.reset();
    EXPECT_TRUE(is_open(second)) << "released: no longer its business";
    ::close(second);
}

TEST(Has, SeesTheEndOfTheOwnersStruct) {
    slipway_host host{};
    host.struct_size = sizeof host;
    EXPECT_TRUE(SLIPWAY_HAS(&host, epoch));
    host.struct_size = static_cast<uint32_t>(offsetof(slipway_host, epoch));
    EXPECT_FALSE(SLIPWAY_HAS(&host, epoch));
    EXPECT_TRUE(SLIPWAY_HAS(&host, cache_dir));
    host.struct_size += 7; // a pointer cut short is no pointer
    EXPECT_FALSE(SLIPWAY_HAS(&host, epoch));
    host.struct_size = 0;
    EXPECT_FALSE(SLIPWAY_HAS(&host, struct_size));
    host.struct_size = sizeof host + 64; // a later version
    EXPECT_TRUE(SLIPWAY_HAS(&host, epoch));
}

} // namespace
