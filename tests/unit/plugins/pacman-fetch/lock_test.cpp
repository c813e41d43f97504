// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lock's text, reading it back, and the first difference.
#include <alpm.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lock.hpp>
#include <siglevel.hpp>
#include <support/json.hpp>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using testing::HasSubstr;

const auto digest = support::Digest::of("");

Lock sample() {
    Lock lock{"x86_64", {"base"}, "2026/11/05", true, digest.hex(), {}, {}};
    lock.databases = {{"core", "http://somewhere/core.db", 123, digest, default_siglevel(), 0}};
    lock.packages = {{{"core", "glibc", "2.40-1", "x86_64", "glibc-1:2.40-1-x86_64.pkg.tar.zst", 9000000,
                       48000000, digest, Reason::dependency, 1700000000, std::string("\0\xff signature", 12)},
                      "ABCD"},
                     {{"core", "base", "3-2", "any", "base-3-2-any.pkg.tar.zst", 1, 0, digest,
                       Reason::explicit_target, 0, ""},
                      ""}};
    return lock;
}

TEST(Lock, IsTheDocumentOfTheReference) {
    const std::string text = lock_text(sample());
    EXPECT_EQ(text.back(), '\n');
    auto parsed = support::json::parse(text);
    ASSERT_TRUE(parsed);
    const std::string hex = digest.hex();
    EXPECT_EQ(
        support::json::dump(parsed.value()),
        R"({"slipway_lock":1,"architecture":"x86_64","targets":["base"],"snapshot":"2026/11/05","valid_at":"build",)"
        R"("keyring":{"sha256":")"
            + hex + R"("},"databases":[{"repository":"core","sha256":")" + hex
            + R"(","size":123,"siglevel":"PackageOptional PackageTrustedOnly DatabaseOptional DatabaseTrustedOnly"}],)"
              R"("packages":[{"repository":"core","name":"glibc","version":"2.40-1","architecture":"x86_64",)"
              R"("filename":"glibc-1:2.40-1-x86_64.pkg.tar.zst","url_tail":"glibc-1:2.40-1-x86_64.pkg.tar.zst",)"
              R"("size":9000000,"installed_size":48000000,"sha256":")"
            + hex
            + R"(","build_date":1700000000,"reason":"dependency","signature":"AP8gc2lnbmF0dXJl","key":"ABCD"},)"
              R"({"repository":"core","name":"base","version":"3-2","architecture":"any",)"
              R"("filename":"base-3-2-any.pkg.tar.zst","url_tail":"base-3-2-any.pkg.tar.zst",)"
              R"("size":1,"installed_size":0,"sha256":")"
            + hex + R"(","build_date":0,"reason":"explicit"}]})");
}

TEST(Lock, ReadsWhatItWrote) {
    const std::string text = lock_text(sample());
    auto lock = parse_lock(text);
    ASSERT_TRUE(lock) << lock.error().message();
    EXPECT_EQ(lock_text(lock.value()), text);
}

TEST(Lock, RefusesWhatIsNone) {
    const std::string text = lock_text(sample());
    const auto refusal = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        auto lock = parse_lock(changed);
        EXPECT_FALSE(lock) << from;
        return lock ? "" : lock.error().what;
    };
    EXPECT_EQ(refusal("\"slipway_lock\": 1", "\"slipway_lock\": 2"),
              "lock: /slipway_lock: only version 1 is known");
    EXPECT_EQ(refusal("\"name\": \"base\"", "\"nam\": \"base\""),
              "lock: /packages/1/name: a text is missing");
    EXPECT_EQ(refusal("9000000", "-1"), "lock: /packages/0/size: a number, 0 or more, is missing");
    EXPECT_EQ(refusal("AP8g", "AP8!"), "lock: /packages/0/signature: is no base64");
    EXPECT_EQ(refusal("\"filename\": \"base", "\"filename\": \"../base"),
              "lock: /packages/1: file name '../base-3-2-any.pkg.tar.zst': not a plain file name");
    EXPECT_THAT(refusal("DatabaseTrustedOnly", "Sometimes"),
                HasSubstr("lock: /databases/0: SigLevel: 'Sometimes'"));
    EXPECT_THAT(refusal("{", "x"), HasSubstr("lock: 1:1: "));
}

TEST(Lock, NamesTheFirstDifference) {
    const Lock locked = sample();
    EXPECT_TRUE(check_same(locked, sample()));
    const auto difference = [&](auto change) {
        Lock now = sample();
        change(now);
        auto same = check_same(locked, now);
        EXPECT_FALSE(same);
        EXPECT_EQ(same ? Kind::internal : same.error().kind, Kind::conflict);
        return same ? "" : same.error().what;
    };
    EXPECT_EQ(difference([](Lock& l) { l.architecture = "i686"; }),
              "architecture: the lock says 'x86_64', here it is 'i686'");
    EXPECT_EQ(difference([](Lock& l) {
                  l.targets = {"base", "git"};
              }),
              "targets: the lock says 'base', here it is 'base git'");
    EXPECT_EQ(difference([](Lock& l) { l.snapshot = ""; }),
              "snapshot: the lock says '2026/11/05', here it is none");
    EXPECT_EQ(difference([](Lock& l) { l.valid_at_build = false; }),
              "valid_at: the lock says 'build', here it is none");
    EXPECT_EQ(difference([](Lock& l) { l.databases[0].repository = "extra"; }),
              "repository: the lock says 'core', here it is none");
    EXPECT_EQ(difference([](Lock& l) { l.databases[0].siglevel = 0; }),
              "siglevel of 'core': the lock says 'PackageOptional PackageTrustedOnly DatabaseOptional "
              "DatabaseTrustedOnly', here it is 'Never'");
    EXPECT_EQ(difference([](Lock& l) { l.keyring = "abc"; }),
              "keyring: the lock says '" + digest.hex() + "', here it is 'abc'");
    EXPECT_TRUE(check_key(locked.packages[0], "ABCD"));
    EXPECT_EQ(check_key(locked.packages[0], "EF").error().what,
              "key of package 'glibc': the lock says 'ABCD', here it is 'EF'");
}

} // namespace
} // namespace slipway::pacman_fetch
