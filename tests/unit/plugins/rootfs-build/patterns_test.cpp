// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <patterns.hpp>

using slipway::rootfs::Exclude;

TEST(Exclude, TakesEverythingBelowAMatch) {
    const Exclude patterns({"sys", "etc/hostname", "root/*"});
    EXPECT_TRUE(patterns.matches("sys"));
    EXPECT_TRUE(patterns.matches("sys/kernel/x"));
    EXPECT_TRUE(patterns.matches("root/.bashrc"));
    EXPECT_FALSE(patterns.matches("root"));
    EXPECT_FALSE(patterns.matches("etc/hostname2"));
}

TEST(Exclude, IsAnchoredAtTheRoot) {
    const Exclude patterns({"./sys", "/proc/", "dev"});
    EXPECT_TRUE(patterns.matches("sys/x"));
    EXPECT_TRUE(patterns.matches("proc"));
    EXPECT_FALSE(patterns.matches("usr/include/sys"));
    EXPECT_FALSE(patterns.matches("device"));
}
