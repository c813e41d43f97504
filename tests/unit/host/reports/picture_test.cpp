// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <reports/picture.hpp>

namespace slipway::host::reports {
namespace {

namespace json = support::json;

json::Value facts(const std::string& stages, const std::string& edges) {
    return json::parse(R"({"run": {"stages": [)" + stages + R"(]}, "edges": [)" + edges + "]}").value();
}

TEST(Picture, AStageStandsBelowThoseItComesAfter) {
    const json::Value picture = picture_of(facts(
        R"({"key": "a", "use": "x", "state": "done", "started_ms": 1000, "finished_ms": 3500}, {"key": "b[v=1]", "use": "x", "state": "failed"},
                 {"key": "b[v=2]", "use": "x", "state": "pending"}, {"key": "c", "use": "x", "state": "pending", "mocked": true})",
        R"({"from": "a", "to": "b[v=1]"}, {"from": "a", "to": "b[v=2]"}, {"from": "b[v=1]", "to": "c"}, {"from": "b[v=2]", "to": "c"})"));
    const json::Array& nodes = picture["nodes"].as_array();
    ASSERT_EQ(nodes.size(), 4u);
    EXPECT_LT(nodes[0]["y"].as_integer(), nodes[1]["y"].as_integer());
    EXPECT_EQ(nodes[1]["y"].as_integer(), nodes[2]["y"].as_integer());
    EXPECT_LT(nodes[1]["x"].as_integer() + nodes[1]["width"].as_integer(), nodes[2]["x"].as_integer());
    EXPECT_LT(nodes[2]["y"].as_integer(), nodes[3]["y"].as_integer());
    EXPECT_EQ(nodes[0]["note"].as_string(), "done, 2.5 s");
    EXPECT_EQ(nodes[1]["cell"].as_string(), "v=1");
    EXPECT_EQ(nodes[3]["note"].as_string(), "pending, MOCKED");
    EXPECT_EQ(picture["edges"].as_array().size(), 4u);
    for (const json::Value& node : nodes) {
        EXPECT_GE(node["x"].as_integer(), 0);
        EXPECT_LE(node["x"].as_integer() + node["width"].as_integer(), picture["width"].as_integer());
        EXPECT_LE(node["y"].as_integer() + node["height"].as_integer(), picture["height"].as_integer());
    }
}

TEST(Picture, LongNamesAreCutBetweenCharacters) {
    std::string name;
    for (int i = 0; i < 40; ++i)
        name += "é";
    const json::Value picture =
        picture_of(facts(R"({"key": ")" + name + R"(", "use": "x", "state": "done"})", ""));
    EXPECT_EQ(picture["nodes"].as_array()[0]["name"].as_string(), name.substr(0, 56) + "…");
}

TEST(Picture, OfNothing) {
    EXPECT_TRUE(picture_of(facts("", ""))["nodes"].as_array().empty());
}

} // namespace
} // namespace slipway::host::reports
