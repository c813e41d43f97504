// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <post_options.hpp>

using namespace slipway;
using namespace slipway::rootfs;

namespace {

std::string refused(const std::string& edit) {
    const auto steps = parse_post_steps(support::json::parse(R"({"edit": [)" + edit + "]}").value());
    return steps ? "taken" : steps.error().what;
}

} // namespace

TEST(PostOptions, AreRead) {
    const auto steps = parse_post_steps(support::json::parse(R"({
        "hooks": ["a.hook"],
        "commands": [{"run": ["x", "y"], "timeout": 5, "env": {"A": "b"}}, {"run": ["z"]}],
        "edit": [{"path": "e", "content": "c", "mode": "4755"},
                 {"path": "e", "replace": {"match": "m", "with": "w", "at": "line"}, "optional": true},
                 {"path": "e", "remove": true}]})")
                                            .value());
    ASSERT_TRUE(steps) << steps.error().what;
    EXPECT_TRUE(steps.value().need_tree());
    const Command& command = steps.value().commands.at(0);
    EXPECT_EQ(command.name, "command 'x'");
    EXPECT_EQ(command.arguments, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(command.timeout.count(), 5);
    EXPECT_EQ(command.environment.at("A"), "b");
    EXPECT_EQ(steps.value().commands.at(1).timeout.count(), 300);
    const auto& edits = steps.value().edits;
    EXPECT_EQ(edits.at(0).mode, 04755u);
    EXPECT_EQ(std::get<Replace>(edits.at(1).change).where, Where::line);
    EXPECT_TRUE(edits.at(1).optional);
    EXPECT_TRUE(std::holds_alternative<Remove>(edits.at(2).change));
}

TEST(PostOptions, EditsAloneNeedNoTree) {
    const auto steps =
        parse_post_steps(support::json::parse(R"({"edit": [{"path": "e", "append": "c"}]})").value());
    ASSERT_TRUE(steps);
    EXPECT_FALSE(steps.value().need_tree());
}

TEST(PostOptions, AnEditSaysOneThing) {
    EXPECT_EQ(refused(R"({"path": "e"})"), "edit of 'e': it says no change");
    EXPECT_EQ(refused(R"({"path": "e", "append": "x", "remove": true})"),
              "edit of 'e': it says more than one change");
    EXPECT_EQ(refused(R"({"path": "/e", "append": "x"})"), "edit of '/e': no usable path");
    EXPECT_EQ(refused(R"({"path": "a/../e", "append": "x"})"), "edit of 'a/../e': no usable path");
    EXPECT_EQ(refused(R"({"path": "e", "remove": false})"), "edit of 'e': 'remove' is false");
    EXPECT_EQ(refused(R"({"path": "e", "append": "x", "mode": "644"})"),
              "edit of 'e': 'mode' goes with 'content' alone");
}
