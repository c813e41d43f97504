// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

using namespace slipway::support;

// FIPS 180-4 examples, as published by NIST.
TEST(Sha256, KnownAnswers) {
    EXPECT_EQ(Digest::of("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(Digest::of("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 hash;
    for (int i = 0; i < 1000; ++i)
        hash.update(std::string(1000, 'a'));
    EXPECT_EQ(hash.finish().hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfFile) {
    const std::string path = testing::TempDir() + "slipway-hash-test";
    ASSERT_TRUE(write_file(path, "abc"));
    EXPECT_EQ(sha256_of_file(path).value(), Digest::of("abc"));
    EXPECT_EQ(sha256_of_file(path + "-none").error().kind, Kind::not_found);
    ASSERT_TRUE(remove_tree(path));
}

TEST(Digest, AcceptsOnlyLowerCaseHex) {
    EXPECT_TRUE(Digest::parse(std::string(64, 'a')));
    EXPECT_FALSE(Digest::parse(std::string(64, 'A')));
    EXPECT_FALSE(Digest::parse(std::string(63, 'a')));
    EXPECT_FALSE(Digest::parse(std::string(65, 'a')));
}
