// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <placeholders.hpp>

using namespace slipway::oci;

namespace {

TEST(Placeholders, FilledIn) {
    const Variant variant{{"group", "base"}, {"arch", "x86_64"}};
    EXPECT_EQ(fill_in("linux/{arch}", variant).value(), "linux/x86_64");
    EXPECT_EQ(fill_in("{variant}", variant).value(), "base/x86_64/");
    EXPECT_EQ(fill_in("{variant}", {}).value(), "");
    EXPECT_EQ(fill_in("{group}-{arch}/x", variant).value(), "base-x86_64/x");
    EXPECT_EQ(fill_in("plain", variant).value(), "plain");
    EXPECT_EQ(fill_in("{colour}", variant).error().message(),
              "'{colour}': unknown placeholder (hint: use {variant}, {group} or {arch})");
    EXPECT_FALSE(fill_in("{group", variant) && fill_in("{group", variant).value() != "base");
    EXPECT_FALSE(fill_in("a{", variant));
}

TEST(Folder, EndsWithASlashAndStaysBelow) {
    EXPECT_EQ(folder_of("").value(), "");
    EXPECT_EQ(folder_of("base/").value(), "base/");
    EXPECT_EQ(folder_of("a/b").value(), "a/b/");
    for (const char* bad : {"/a", "a//b", "../a", "a/./b"})
        EXPECT_FALSE(folder_of(bad)) << bad;
}

} // namespace
