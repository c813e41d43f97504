// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rootfs/entry.hpp>

using namespace slipway::rootfs;

TEST(CheckPath, TakesWhatPackagesHave) {
    for (const std::string path :
         {"usr", "usr/bin/[", "a b/c\\d", "usr/\xc3\xbc", "..a/b..", ".PKGINFO", "a/.../b"})
        EXPECT_TRUE(check_path(path)) << path;
    EXPECT_TRUE(check_path(std::string(4095, 'x')));
}

TEST(CheckPath, RefusesWhatCouldLeaveTheTreeOrBreakALine) {
    const auto said = [](std::string_view path) { return check_path(path).error().what; };
    EXPECT_EQ(said(""), "entry '' has an empty name or target");
    EXPECT_EQ(said("/etc/passwd"), "entry '/etc/passwd' has an absolute name");
    EXPECT_EQ(said("usr/../../x"), "entry 'usr/../../x' leaves the tree with '..'");
    EXPECT_EQ(said(".."), "entry '..' leaves the tree with '..'");
    EXPECT_EQ(said("./usr"), "entry './usr' has an empty or '.' component");
    EXPECT_EQ(said("usr//bin"), "entry 'usr//bin' has an empty or '.' component");
    EXPECT_EQ(said("a\nb"), "entry 'a\\x0ab' has a control character in its name or target");
    EXPECT_EQ(said("a\xff"), "entry 'a\\xff' has a name or target that is not UTF-8");
    EXPECT_EQ(said(std::string(4096, 'x')),
              "entry '" + std::string(200, 'x') + "...' has a name or target of more than 4095 bytes");
}

TEST(CheckText, LeavesASymlinkItsFreedom) {
    EXPECT_TRUE(check_text("/../../anywhere//."));
    EXPECT_FALSE(check_text(""));
    EXPECT_FALSE(check_text("a\x7f"));
}
