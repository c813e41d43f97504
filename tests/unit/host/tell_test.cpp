// SPDX-License-Identifier: GPL-3.0-or-later
#include "tell.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <slipway/stage.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace slipway::host;

TEST(IsStream, OnlyTheFileThatIsNamed) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);

    struct stat st {};

    ASSERT_EQ(::fstat(ends[0], &st), 0);
    EXPECT_TRUE(is_stream(fmt::format("{}:{}", st.st_dev, st.st_ino).c_str(), ends[0]));
    EXPECT_FALSE(is_stream(fmt::format("{}:{}", st.st_dev, st.st_ino + 1).c_str(), ends[0]));
    EXPECT_FALSE(is_stream("", ends[0]));
    EXPECT_FALSE(is_stream(nullptr, ends[0]));
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_FALSE(is_stream("0:0", -1));
}

TEST(PriorityOf, FollowsTheLevels) {
    EXPECT_EQ(priority_of(SLIPWAY_ERROR), Priority::error);
    EXPECT_EQ(priority_of(SLIPWAY_WARNING), Priority::warning);
    EXPECT_EQ(priority_of(SLIPWAY_INFO), Priority::info);
    EXPECT_EQ(priority_of(SLIPWAY_DEBUG), Priority::debug);
}

} // namespace
