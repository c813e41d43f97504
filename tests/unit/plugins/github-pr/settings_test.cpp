// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <settings.hpp>

namespace slipway::github {
namespace {

namespace json = support::json;

support::Result<Settings> read(json::Object more, std::string& pointer) {
    json::Value options =
        json::Object{{"repository", "a/b"}, {"api", "https://api.example/"}, {"title", "{title}"}};
    for (auto& [key, value, position] : more)
        options.set(key, value);
    return read_settings(options, pointer);
}

std::string pointer_of(json::Object more) {
    std::string pointer;
    EXPECT_FALSE(read(std::move(more), pointer));
    return pointer;
}

TEST(Settings, NamesOfBranches) {
    std::string pointer;
    EXPECT_EQ(read({}, pointer).value().branch("arch", "1"), "arch");
    EXPECT_EQ(read({{"branch", "per-release"}}, pointer).value().branch("arch", "1"), "arch-1");
    EXPECT_EQ(read({{"branch", "per-release"}, {"branch_name", "x/y"}}, pointer).value().branch("arch", "1"),
              "x/y-1");
    for (const char* good : {"a", "a/b", "a-1.2_3"})
        EXPECT_TRUE(check_branch(good)) << good;
    for (const char* bad : {"", "/a", "a/", "a//b", "a..b", ".a", "a/.b", "a.", "a.lock", "-a", "a b", "a~1",
                            "a:b", "ä", "a@{1}"})
        EXPECT_FALSE(check_branch(bad)) << bad;
}

TEST(Settings, TheTokenIsNotSentInTheClear) {
    std::string pointer;
    EXPECT_EQ(read({}, pointer).value().api, "https://api.example");
    EXPECT_TRUE(read({{"api", "http://127.0.0.1:1"}}, pointer));
    EXPECT_TRUE(read({{"api", "http://localhost:1/api/v3"}}, pointer));
    for (const char* bad : {"http://api.example", "http://127.0.0.1.evil.example", "ftp://x", "api.example",
                            "https://u:p@api.example", "https://api.example?x"})
        EXPECT_EQ(pointer_of({{"api", bad}}), "/api") << bad;
}

TEST(Settings, TemplatesAreCheckedBeforeAnythingRuns) {
    EXPECT_EQ(pointer_of({{"title", "{x}"}}), "/title");
    EXPECT_EQ(pointer_of({{"body", "{"}}), "/body");
    EXPECT_EQ(pointer_of({{"base", "a b"}}), "/base");
    EXPECT_EQ(pointer_of({{"branch_name", "a b"}}), "/branch_name");
}

} // namespace
} // namespace slipway::github
