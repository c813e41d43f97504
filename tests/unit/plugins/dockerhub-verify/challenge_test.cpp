// SPDX-License-Identifier: GPL-3.0-or-later
#include <challenge.hpp>
#include <gtest/gtest.h>

using namespace slipway::verify;

namespace {

TEST(Challenge, Bearer) {
    const auto found = parse_challenge(
        R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/x:pull,push")");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->bearer);
    EXPECT_EQ(found->realm, "https://auth.docker.io/token");
    EXPECT_EQ(found->service, "registry.docker.io");
    EXPECT_EQ(found->scope, "repository:library/x:pull,push");
}

TEST(Challenge, SeveralSchemesQuotesAndCase) {
    const auto found =
        parse_challenge(R"(Basic realm="a, Bearer", bearer  Realm="https://x/\"y\"" , Service=z)");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->bearer);
    EXPECT_EQ(found->realm, "https://x/\"y\"");
    EXPECT_EQ(found->service, "z");
    const auto basic = parse_challenge("Basic realm=\"r\"");
    ASSERT_TRUE(basic);
    EXPECT_FALSE(basic->bearer);
}

TEST(Challenge, NothingWeCanMeet) {
    for (const char* field : {"", "Negotiate", "Bearer", "Bearer service=\"x\"", "Bearer realm=", "=\"",
                              ", ,", "Digest realm=\"x\""})
        EXPECT_FALSE(parse_challenge(field)) << field;
    EXPECT_TRUE(parse_challenge("Bearer realm=\"unclosed"));
}

} // namespace
