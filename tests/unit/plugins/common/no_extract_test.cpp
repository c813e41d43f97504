// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/no_extract.hpp>
#include <gtest/gtest.h>

using slipway::common::NoExtract;

TEST(NoExtract, StarMatchesSlashesAndTheFolderItself) {
    const NoExtract patterns({"usr/share/doc/*"});
    EXPECT_TRUE(patterns.matches("usr/share/doc/"));
    EXPECT_TRUE(patterns.matches("usr/share/doc/a/b"));
    EXPECT_FALSE(patterns.matches("usr/share/doc"));
    EXPECT_FALSE(patterns.matches("opt/usr/share/doc/a"));
}

TEST(NoExtract, LastMatchDecides) {
    const NoExtract keep_english({"usr/share/locale/*", "!usr/share/locale/en*"});
    EXPECT_TRUE(keep_english.matches("usr/share/locale/de/x.mo"));
    EXPECT_FALSE(keep_english.matches("usr/share/locale/en/x.mo"));
    const NoExtract other_order({"!usr/share/locale/en*", "usr/share/locale/*"});
    EXPECT_TRUE(other_order.matches("usr/share/locale/en/x.mo"));
}

TEST(NoExtract, BackslashTakesExclamationMarkLiterally) {
    EXPECT_TRUE(NoExtract({"\\!file"}).matches("!file"));
    EXPECT_FALSE(NoExtract({"!file"}).matches("!file"));
}

TEST(NoExtract, NothingMatchesNoPatterns) {
    EXPECT_FALSE(NoExtract({}).matches("usr/bin/sh"));
}
