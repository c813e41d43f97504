// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <support/json.hpp>

namespace json = slipway::support::json;
using json::Syntax;
using json::Value;

namespace {

std::string failure(std::string_view text, Syntax syntax = Syntax::strict) {
    const auto value = json::parse(text, syntax);
    return value ? "no error" : value.error().what;
}

std::string place(std::string_view text, std::size_t offset) {
    const auto p = json::place_of(text, offset);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
}

} // namespace

TEST(Json, KeepsTypesApart) {
    const Value v =
        json::parse(R"({"a": 1, "b": 1.0, "c": "x", "d": [true, null], "e": -9223372036854775808})").value();
    EXPECT_STREQ(v["a"].type_name(), "integer");
    EXPECT_STREQ(v["b"].type_name(), "number");
    EXPECT_EQ(v["c"].as_string(), "x");
    EXPECT_TRUE(v["d"].as_array().at(0).as_bool());
    EXPECT_TRUE(v["d"].as_array().at(1).is_null());
    EXPECT_EQ(v["e"].as_integer(), INT64_MIN);
    EXPECT_TRUE(v["missing"].is_null());
}

TEST(Json, NumbersAtTheEnds) {
    EXPECT_EQ(json::parse("9223372036854775807").value().as_integer(), INT64_MAX);
    EXPECT_EQ(json::parse("9223372036854775808").value().as_number(), 9223372036854775808.0);
    EXPECT_EQ(json::parse("-2.5e-3").value().as_number(), -0.0025);
    EXPECT_EQ(json::parse("0E0000042").value().as_number(), 0.0);
    EXPECT_EQ(failure("[1,\n 1e400]"), "2:2: number too big to be stored in double");
    EXPECT_EQ(failure("1e-4000"), "1:1: number out of the range of a double");
    EXPECT_EQ(failure("01"), "1:2: the document root must not be followed by other values");
}

TEST(Json, LoneSurrogates) {
    const Value pair = json::parse(R"("\ud9d4\udd44")").value();
    EXPECT_EQ(pair.as_string(), "\xf2\x85\x85\x84");
    EXPECT_EQ(failure(R"([1, "x\udd44"])"), "1:5: half of a surrogate pair in a string");
    EXPECT_EQ(failure(R"({"\udd44": 1})"), "1:2: half of a surrogate pair in a string");
    EXPECT_EQ(failure(R"("\ud9d4x")"), "1:2: the surrogate pair in string is invalid");
}

TEST(Json, RoundTripsInOrder) {
    const std::string text = R"({"z":1,"a":[1,2.5,"\u00e9\n"],"m":{}})";
    EXPECT_EQ(json::dump(json::parse(text).value()), R"({"z":1,"a":[1,2.5,"é\n"],"m":{}})");
    EXPECT_EQ(json::dump_canonical(json::parse(text).value()), R"({"a":[1,2.5,"é\n"],"m":{},"z":1})");
    EXPECT_EQ(json::dump(json::parse("1.0").value()), "1.0");
}

TEST(Json, CommentsAndTrailingCommasOnlyWhenRelaxed) {
    const std::string text = "// c\n{\"a\": /* x */ [1, 2,], // y\n}";
    EXPECT_EQ(json::dump(json::parse(text, Syntax::relaxed).value()), R"({"a":[1,2]})");
    EXPECT_EQ(failure(text), "1:1: invalid value");
}

TEST(Json, PositionsAreWhereTokensStart) {
    const std::string text =
        "{\n  // note, \"a\": 9\n  \"a\" : /* , */ [ 10,\n    {\"b\": \"x\\\"y\"} ],\n  \"c\": true,\n}";
    const Value v = json::parse(text, Syntax::relaxed).value();
    EXPECT_EQ(place(text, v.position()), "1:1");
    EXPECT_EQ(place(text, v.as_object().at(0).key_position), "3:3");
    EXPECT_EQ(place(text, v["a"].position()), "3:17");
    EXPECT_EQ(place(text, v["a"].as_array().at(0).position()), "3:19");
    EXPECT_EQ(place(text, v["a"].as_array().at(1).position()), "4:5");
    EXPECT_EQ(place(text, v.at_pointer("/a/1/b")->position()), "4:11");
    EXPECT_EQ(place(text, v.as_object().at(1).key_position), "5:3");
    EXPECT_EQ(place(text, v["c"].position()), "5:8");
}

TEST(Json, ErrorsNameThePlace) {
    EXPECT_EQ(failure("{\"a\": 1,\n \"a\": 2}"), "2:2: key 'a' is there twice");
    EXPECT_EQ(failure("{\"a\" 1}"), "1:6: missing a colon after a name of object member");
    EXPECT_EQ(failure(""), "1:1: the document is empty");
    EXPECT_EQ(failure("{} x"), "1:4: the document root must not be followed by other values");
    EXPECT_EQ(failure("\"\xff\""), "1:2: invalid encoding in string");
    EXPECT_EQ(failure(std::string(300, '[')), "1:201: nested too deeply");
}

TEST(Json, Pointers) {
    Value v = json::parse(R"({"a/b": {"~": [0, 1]}})").value();
    EXPECT_EQ(v.at_pointer("/a~1b/~0/1")->as_integer(), 1);
    EXPECT_EQ(v.at_pointer("/a~1b/~0/2"), nullptr);
    EXPECT_EQ(v.at_pointer("/a~1b/~0/x"), nullptr);
    EXPECT_EQ(v.at_pointer(""), &v);
    EXPECT_EQ(v.at_pointer("a"), nullptr);
    EXPECT_EQ(json::pointer_token("a/~b"), "a~1~0b");
}

TEST(Json, SetReplacesInPlaceAndEqualityIgnoresOrder) {
    Value v;
    v.set("b", 1);
    v.set("a", 2);
    v.set("b", "x");
    EXPECT_EQ(json::dump(v), R"({"b":"x","a":2})");
    EXPECT_EQ(v, json::parse(R"({"a": 2, "b": "x"})").value());
    EXPECT_FALSE(v == json::parse(R"({"a": 2.0, "b": "x"})").value());
    EXPECT_TRUE(v.remove("b"));
    EXPECT_FALSE(v.remove("b"));
}
