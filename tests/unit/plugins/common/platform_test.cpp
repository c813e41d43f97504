// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/platform.hpp>
#include <gtest/gtest.h>

using namespace slipway::common;
using slipway::support::Kind;

namespace {

std::string text_of(const std::string& platform) {
    auto parsed = parse_platform(platform);
    return parsed ? parsed.value().text() : parsed.error().message();
}

TEST(Platform, GoNamesAndKernelNames) {
    EXPECT_EQ(text_of("linux/amd64"), "linux/amd64");
    EXPECT_EQ(text_of("amd64"), "linux/amd64");
    EXPECT_EQ(text_of("x86_64"), "linux/amd64");
    EXPECT_EQ(text_of("linux/x86_64"), "linux/amd64");
    EXPECT_EQ(text_of("aarch64"), "linux/arm64/v8");
    EXPECT_EQ(text_of("armv7h"), "linux/arm/v7");
    EXPECT_EQ(text_of("linux/arm/v6"), "linux/arm/v6");
    EXPECT_EQ(text_of("arm/v5"), "linux/arm/v5");
    EXPECT_EQ(text_of("loongarch64"), "linux/loong64");
    EXPECT_EQ(text_of("i686"), "linux/386");
}

TEST(Platform, Refused) {
    EXPECT_EQ(parse_platform("x86-64").error().kind, Kind::config);
    EXPECT_EQ(text_of("x86-64"), "platform 'x86-64': unknown architecture (hint: did you mean 'x86_64'?)");
    EXPECT_EQ(
        text_of("linux/pdp11"),
        "platform 'linux/pdp11': unknown architecture (hint: such as linux/amd64, x86_64, linux/arm/v7)");
    EXPECT_EQ(text_of("windows/amd64"),
              "platform 'windows/amd64': unknown operating system (hint: use linux)");
    EXPECT_EQ(text_of("linux/arm/7"), "platform 'linux/arm/7': '7' is no variant (hint: such as v7)");
    for (const char* bad : {"", "/", "linux", "linux/", "linux/amd64/v1/x", "amd64/v1/v2"})
        EXPECT_FALSE(parse_platform(bad)) << bad;
}

} // namespace
