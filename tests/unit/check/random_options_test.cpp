// SPDX-License-Identifier: GPL-3.0-or-later
#include <config/options.hpp>
#include <gtest/gtest.h>
#include <random_options.hpp>

using namespace slipway;
namespace json = support::json;

TEST(RandomOptions, TheLeastValueSatisfiesTheSchema) {
    for (
        const char* text :
        {R"({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "minLength": 3}, "b": {}}})",
         R"({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 7}}})",
         R"({"type": "object", "required": ["l"], "properties": {"l": {"type": "array", "minItems": 2,
              "items": {"enum": ["x", "y"]}}}})",
         R"({"type": "object", "required": ["o"], "properties": {"o": {"oneOf": [{"type": "boolean"}]}}})",
         R"({"type": "object"})"}) {
        const auto schema = config::Schema::parse(text);
        ASSERT_TRUE(schema) << text;
        const json::Value value = check::least_value(schema.value().document(), schema.value().document());
        EXPECT_TRUE(schema.value().validate(value).empty()) << text << json::dump(value);
    }
}

TEST(RandomOptions, AnEnumGivesOneOfItsValues) {
    std::mt19937_64 random(1);
    const json::Value schema = json::parse(R"({"enum": ["x", "y"]})").value();
    for (int i = 0; i < 10; ++i) {
        const json::Value value = check::odd_value(schema, random);
        const std::string& text = value.as_string();
        EXPECT_TRUE(text == "x" || text == "y");
    }
}
