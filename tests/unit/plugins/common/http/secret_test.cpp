// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <http/secret.hpp>

#include <sstream>

namespace slipway::http {
namespace {

TEST(Secret, PrintsAsStars) {
    std::ostringstream out;
    out << Secret("geheim");
    EXPECT_EQ(out.str(), "***");
}

TEST(Secret, IsTakenOutOfErrorsWithAndWithoutItsScheme) {
    const Secret secret = bearer(Secret("geheim"));
    EXPECT_EQ(secret.reveal(), "Bearer geheim");
    const auto error = secret.redact(
        support::Error{support::Kind::auth, "'Bearer geheim' is bad", "geheim!", {"x", "geheimgeheim"}});
    EXPECT_EQ(error.what, "'***' is bad");
    EXPECT_EQ(error.hint, "***!");
    EXPECT_EQ(error.trace, (std::vector<std::string>{"x", "******"}));
    EXPECT_EQ(Secret("").redact(std::string("text")), "text");
}

TEST(Secret, CanBeCopiedAndMoved) {
    Secret one("a");
    Secret two = one;
    Secret three = std::move(one);
    EXPECT_EQ(two.reveal(), "a");
    EXPECT_EQ(three.reveal(), "a");
    two = Secret("b");
    three = two;
    EXPECT_EQ(three.reveal(), "b");
}

} // namespace
} // namespace slipway::http
