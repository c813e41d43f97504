// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <handoff.hpp>

using namespace slipway::verify;
using slipway::support::Error;
using slipway::support::Kind;
using slipway::support::Result;

namespace {

TEST(Handoff, PassesAllOnInOrder) {
    std::string got, sent;
    Handoff handoff([&](std::string_view bytes) {
        got += bytes;
        return Result<void>();
    });
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(static_cast<std::size_t>(i * 7), static_cast<char>(i));
        sent += piece;
        ASSERT_TRUE(handoff.push(piece));
    }
    ASSERT_TRUE(handoff.finish());
    EXPECT_TRUE(got == sent);
}

TEST(Handoff, TheWorkersErrorEndsIt) {
    Handoff handoff([](std::string_view) { return Result<void>(Error{Kind::verify, "no"}); });
    const std::string piece(1u << 20, 'x');
    bool failed = false;
    for (int i = 0; i < 100 && !failed; ++i)
        failed = !handoff.push(piece);
    EXPECT_TRUE(failed);
    EXPECT_EQ(handoff.finish().error().what, "no");
}

TEST(Handoff, MayBeLeft) {
    Handoff handoff([](std::string_view) { return Result<void>(); });
    ASSERT_TRUE(handoff.push("x"));
}

} // namespace
