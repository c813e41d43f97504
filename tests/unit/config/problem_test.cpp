// SPDX-License-Identifier: GPL-3.0-or-later
#include <config/problem.hpp>
#include <gtest/gtest.h>

using slipway::config::Problem;
using slipway::config::render;

namespace {

Problem problem(std::size_t line, std::size_t column, std::string what, std::string file = "chain.json") {
    return {.file = std::move(file),
            .place = {line, column},
            .pointer = "/a",
            .what = std::move(what),
            .hint = {}};
}

} // namespace

TEST(Problem, LeavesOutWhatIsNotKnown) {
    EXPECT_EQ((Problem{.file = "f", .place = {2, 3}, .pointer = "/a", .what = "w", .hint = "h"}.message()),
              "f:2:3: /a: w (hint: h)");
    EXPECT_EQ((Problem{.file = "f", .pointer = "", .what = "w", .hint = ""}.message()), "f: w");
    EXPECT_EQ((Problem{.file = "", .pointer = "/a", .what = "w", .hint = ""}.message()), "/a: w");
}

TEST(Problem, ShowsControlCharactersAsText) {
    EXPECT_EQ((Problem{.file = "f", .pointer = "/a\n\x1b[2J", .what = "w", .hint = ""}.message()),
              "f: /a\\x0a\\x1b[2J: w");
}

TEST(Problem, RendersInTheOrderOfPlaces) {
    EXPECT_EQ(render({problem(0, 0, "nowhere", "--set a"), problem(10, 1, "late"), problem(2, 9, "c"),
                      problem(2, 3, "b")}),
              "chain.json:2:3: /a: b\n"
              "chain.json:2:9: /a: c\n"
              "chain.json:10:1: /a: late\n"
              "--set a: /a: nowhere\n"
              "4 problems in chain.json, --set a\n");
    EXPECT_EQ(render({problem(1, 1, "x")}), "chain.json:1:1: /a: x\n1 problem in chain.json\n");
    EXPECT_EQ(render({}), "");
}
