// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/mime.hpp>
#include <gtest/gtest.h>
#include <support/text.hpp>

using namespace slipway;
using namespace slipway::common;

TEST(HeaderLine, PlainTextStaysAsItIs) {
    EXPECT_EQ(header_line("Subject", "[PATCH] a_b = c?"), "Subject: [PATCH] a_b = c?\n");
    EXPECT_EQ(header_line("Subject", "ä b"), "Subject: =?UTF-8?q?=C3=A4_b?=\n");
    EXPECT_EQ(header_line("Subject", "=?x"), "Subject: =?UTF-8?q?=3D=3Fx?=\n");
}

TEST(HeaderLine, FoldsWithoutSplittingACharacter) {
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "更";
    const std::string line = header_line("Subject", text);
    for (const std::string& part : support::split(line, '\n')) {
        EXPECT_LE(part.size(), 76u);
        const std::size_t word = part.find("?q?");
        if (word == std::string::npos) continue;
        EXPECT_EQ((part.size() - word - 5) % 9, 0u) << part; // whole characters of three bytes
    }
}

TEST(QuotedPrintable, KeepsEveryByte) {
    EXPECT_EQ(quoted_printable("a=b\r\nc \nd\t\n"), "a=3Db=0D\nc=20\nd=09\n");
    EXPECT_EQ(quoted_printable("From x\n From x\n"), "=46rom x\n From x\n");
    EXPECT_EQ(quoted_printable("ä"), "=C3=A4");
}

TEST(QuotedPrintable, BreaksLongLinesSoftly) {
    const std::string text = quoted_printable(std::string(200, 'x') + "\n");
    for (const std::string& line : support::split(text, '\n'))
        EXPECT_LE(line.size(), 76u);
    EXPECT_EQ(text,
              std::string(75, 'x') + "=\n" + std::string(75, 'x') + "=\n" + std::string(50, 'x') + "\n");
    EXPECT_EQ(quoted_printable(std::string(76, 'x') + "\n"), std::string(76, 'x') + "\n");
}
