// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <plugin/description.hpp>
#include <slipway/stage.h>

namespace slipway::plugin {
namespace {

namespace json = support::json;

json::Value value(const std::string& text) {
    auto parsed = json::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? parsed.value() : json::Value();
}

std::string trouble(const std::string& ports) {
    auto parsed = parse_ports(value(ports));
    return parsed ? "" : parsed.error().what;
}

TEST(Ports, AreReadAsWritten) {
    const std::string text =
        R"({"inputs": [{"name": "in", "type": ["application/zstd", "text/*"], "many": true}],)"
        R"( "outputs": [{"name": "out", "type": "text/plain", "optional": true, "doc": "words"}],)"
        R"( "declared_by": "/ports"})";
    auto ports = parse_ports(value(text));
    ASSERT_TRUE(ports);
    const Port* in = ports.value().input("in");
    ASSERT_TRUE(in);
    EXPECT_EQ(in->types, (std::vector<std::string>{"application/zstd", "text/*"}));
    EXPECT_TRUE(in->many);
    EXPECT_FALSE(in->optional);
    EXPECT_FALSE(ports.value().output("in"));
    EXPECT_EQ(ports.value().output("out")->doc, "words");
    EXPECT_EQ(ports.value().declared_by, "/ports");
    EXPECT_EQ(to_json(parse_ports(to_json(ports.value())).value()), to_json(ports.value())) << "a round trip";
}

TEST(Ports, MayBeNone) {
    EXPECT_EQ(trouble("{}"), "");
    EXPECT_EQ(trouble(R"({"inputs": [], "outputs": []})"), "");
}

TEST(Ports, SayWhatIsWrong) {
    EXPECT_EQ(trouble("[]"), "ports: value: expected an object");
    EXPECT_EQ(trouble(R"({"inputs": {}})"), "ports: inputs: expected an array");
    EXPECT_EQ(trouble(R"({"input": []})"), "ports: value: unknown key 'input'");
    EXPECT_EQ(trouble(R"({"inputs": ["a"]})"), "ports: inputs 0: expected an object, found string");
    EXPECT_EQ(trouble(R"({"inputs": [{"name": "A", "type": "a/b"}]})"),
              "ports: inputs 0: 'A' is no port name");
    EXPECT_EQ(trouble(R"({"inputs": [{"name": "a"}]})"), "ports: a: no type");
    EXPECT_EQ(trouble(R"({"inputs": [{"name": "a", "type": "tar"}]})"), "ports: a: 'tar' is no media type");
    EXPECT_EQ(trouble(R"({"inputs": [{"name": "a", "type": "a/b", "size": 1}]})"),
              "ports: a: unknown key 'size'");
    EXPECT_EQ(
        trouble(R"({"inputs": [{"name": "a", "type": "a/b"}], "outputs": [{"name": "a", "type": "a/b"}]})"),
        "ports: a: there are two ports of this name");
}

TEST(TypeMatches, KnowsPatternsOnBothSides) {
    EXPECT_TRUE(type_matches("text/plain", "text/plain"));
    EXPECT_TRUE(type_matches("text/*", "text/plain"));
    EXPECT_TRUE(type_matches("text/plain", "text/*"));
    EXPECT_TRUE(type_matches("*/*", "image/png"));
    EXPECT_FALSE(type_matches("text/*", "textual/plain"));
    EXPECT_FALSE(type_matches("text/plain", "text/html"));
    EXPECT_FALSE(type_matches("text", "text/plain"));
}

TEST(DescriptionTest, SurvivesTheWayFromWorkerToHost) {
    StageType type{"make", "1.0.0", "makes", "MIT", SLIPWAY_DETERMINISTIC, "{}", {}, {}};
    type.capabilities.exec = true;
    const Description description{"/p.so", std::string(64, 'a'), 1, 2, 0, "build", {type}};
    auto read = parse_description(to_json(description));
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(read.value()), to_json(description));
    EXPECT_TRUE(read.value().stages[0].has(SLIPWAY_DETERMINISTIC));
    EXPECT_FALSE(read.value().stages[0].has(SLIPWAY_IDEMPOTENT));
}

TEST(DescriptionTest, NamesFlags) {
    EXPECT_EQ(flag_names(SLIPWAY_IDEMPOTENT | SLIPWAY_SEEKABLE_INPUTS),
              (std::vector<std::string>{"idempotent", "seekable-inputs"}));
}

} // namespace
} // namespace slipway::plugin
