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

TEST(ParseDuration, TakesANumberAndAUnit) {
    using std::chrono::seconds;
    EXPECT_EQ(parse_duration("90s"), seconds(90));
    EXPECT_EQ(parse_duration("30m"), seconds(1800));
    EXPECT_EQ(parse_duration("2h"), seconds(7200));
    EXPECT_EQ(parse_duration("3d"), seconds(3 * 86400));
    EXPECT_EQ(parse_duration("0s"), seconds(0));
    for (const char* wrong :
         {"", "s", "3", "3 d", "-3d", "3w", "3dd", "1.5h", "99999999999999999999s", "40000d"})
        EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
}

TEST(FileName, IsOnePartOfAPathThatCanBePrinted) {
    for (const char* good : {"a", "a b.tar.zst", "..a", "é", "-n"})
        EXPECT_TRUE(is_file_name(good)) << good;
    for (const char* bad : {"", ".", "..", "a/b", "/", "a\nb", "\xff"})
        EXPECT_FALSE(is_file_name(bad)) << bad;
    EXPECT_TRUE(is_file_name(std::string(255, 'a')));
    EXPECT_FALSE(is_file_name(std::string(256, 'a')));
}
