// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <support/text.hpp>

using namespace slipway::support;
using namespace std::chrono_literals;

TEST(Nearest, FindsMisspellingsOnly) {
    const std::vector<std::string> keys{"format", "level", "threads"};
    EXPECT_EQ(nearest("fromat", keys), "format");
    EXPECT_EQ(nearest("levels", keys), "level");
    EXPECT_EQ(nearest("colour", keys), std::nullopt);
    EXPECT_EQ(nearest("x", {}), std::nullopt);
}

TEST(HumanBytes, DecimalUnits) {
    EXPECT_EQ(human_bytes(0), "0 B");
    EXPECT_EQ(human_bytes(999), "999 B");
    EXPECT_EQ(human_bytes(1500), "1.5 kB");
    EXPECT_EQ(human_bytes(999'960), "1.0 MB");
    EXPECT_EQ(human_bytes(364'000'000), "364.0 MB");
}

TEST(HumanDuration, TwoUnitsAtMost) {
    EXPECT_EQ(human_duration(430ms), "0.4 s");
    EXPECT_EQ(human_duration(200s), "3 min 20 s");
    EXPECT_EQ(human_duration(25h), "1 d 1 h");
}

TEST(Join, Or) {
    EXPECT_EQ(join_or({}), "");
    EXPECT_EQ(join_or({"a"}), "a");
    EXPECT_EQ(join_or({"a", "b", "c"}), "a, b or c");
    EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
    EXPECT_EQ(printable("a\x1b[31mé\n"), "a\\x1b[31mé\\x0a");
    EXPECT_EQ(printable("\xff\xc2\x9b"), "\\xff\\xc2\\x9b");
    EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80")); // a surrogate
    EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));     // overlong
    EXPECT_TRUE(is_valid_utf8("é€😀"));
}

TEST(Time, IsUtc) {
    EXPECT_EQ(iso_time(1793836800), "2026-11-05T00:00:00Z");
    EXPECT_EQ(format_time("%d%m%Y", 1793836800), "05112026");
    EXPECT_EQ(format_time("", 0), std::nullopt);
}
