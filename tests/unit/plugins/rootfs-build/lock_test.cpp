// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lock.hpp>

using namespace slipway::rootfs;

namespace {

std::string lock_of(const std::string& fields) {
    return R"({"slipway_lock": 1, "packages": [{"name": "a", "version": "1-1", "size": 3, "reason": "explicit",
               "sha256": ")"
           + std::string(64, 'a') + "\"" + fields + "}]}";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

} // namespace

TEST(Lock, IsRead) {
    const auto lock = parse_lock(lock_of(""));
    ASSERT_TRUE(lock) << lock.error().what;
    ASSERT_EQ(lock.value().size(), 1u);
    EXPECT_EQ(lock.value()[0].full_name(), "a-1-1");
    EXPECT_EQ(lock.value()[0].size, 3u);
    EXPECT_EQ(lock.value()[0].reason, Reason::requested);
}

TEST(Lock, EachFaultIsNamed) {
    const std::string good = lock_of("");
    const auto said = [](const std::string& text) { return parse_lock(text).error().what; };
    EXPECT_EQ(said("{}"), "lock: 'slipway_lock' is not 1");
    EXPECT_EQ(said(R"({"slipway_lock": 1})"), "lock: 'packages' is no array");
    EXPECT_EQ(said(replaced(good, "\"a\"", "\"../a\"")),
              "lock: package 1 ('../a'): no usable name and version");
    EXPECT_EQ(said(replaced(good, "1-1", "1/1")), "lock: package 1 ('a'): no usable name and version");
    EXPECT_EQ(said(replaced(good, "aaa", "AAA")), "lock: package 1 ('a'): no SHA-256 digest");
    EXPECT_EQ(said(replaced(good, "\"size\": 3", "\"size\": -3")), "lock: package 1 ('a'): no size");
    EXPECT_EQ(said(replaced(good, "explicit", "maybe")),
              "lock: package 1 ('a'): reason is neither 'explicit' nor 'dependency'");
    EXPECT_EQ(parse_lock("[").error().kind, slipway::support::Kind::verify);
}

TEST(Lock, APackageComesOnce) {
    const std::string good = lock_of("");
    const std::string package = good.substr(good.find("[{") + 1, good.find("}]") - good.find("[{"));
    const auto lock = parse_lock(replaced(good, "}]", "}, " + package + "]"));
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().what, "lock: package 'a' comes twice");
}
