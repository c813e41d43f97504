// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever the file holds, reading it ends with problems that can be printed.
#include "helpers.hpp"

#include <support/text.hpp>

using namespace slipway::config;
using namespace slipway::config::testing;
namespace json = slipway::support::json;

namespace {

std::string nested(const std::string& open, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
        out += open;
    return out;
}

/// Texts that are no chain, each in its own way.
std::vector<std::string> broken() {
    std::vector<std::string> out{
        "",
        " ",
        "\n",
        "//",
        "/*",
        "/* */",
        "{",
        "}",
        "[",
        "]",
        "{}",
        "[]",
        "[[]]",
        "null",
        "true",
        "1",
        "-",
        "\"\"",
        "\"",
        "{\"",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{'a':1}",
        "NaN",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":1e999}",
        "{\"a\":01}",
        "{} {}",
        std::string("\0", 1),
        std::string("{\"slipway\0\": 1}", 15),
        "\xff\xfe{\0}\0",
        "{\"\xc3\x28\": 1}",
        nested("[", 10000),
        nested("{\"a\":", 10000),
        nested("/*", 1000),
        std::string(100000, 'a'),
        R"({"slipway": 99999999999999999999})",
        R"({"slipway": -1})",
        R"({"slipway": 1.0})",
        R"({"slipway": null})",
    };
    for (const char* value :
         {"null", "-1", "\"\"", "\"${\"", "[]", "[null]", "{\"\": null}", "[{}]", "[{\"id\": 1}]",
          "[{\"id\": \"a\", \"use\": [], \"needs\": {}, \"each\": [[]], \"inputs\": {\"x\": [1, \".\"]}}]",
          "[{\"id\": \"a\"}, {\"id\": \"a\", \"with\": \"${\"}, null, 1]", "{\"a\": {\"b\": 1}}"})
        for (const char* key : {"name", "vars", "variants", "stages"})
            out.push_back(std::string("{\"slipway\": 1, \"") + key + "\": " + value + "}");
    return out;
}

} // namespace

TEST(Robust, NoTextIsTooBroken) {
    for (const std::string& text : broken()) {
        const std::string problems = problems_of(text);
        EXPECT_NE(problems, "") << text.substr(0, 200);
        EXPECT_TRUE(slipway::support::is_valid_utf8(problems)) << text.substr(0, 200);
    }
}

// Every prefix of a good chain is a bad one.
TEST(Robust, Prefixes) {
    const std::string text =
        chain_of(R"({"id": "a", "use": "mock", "each": ["g"], "with": {"x": "${g} ${version}"}})",
                 R"("variants": {"g": ["b"]}, "vars": {"v": "é"}, )");
    ASSERT_EQ(problems_of(text), "");
    for (std::size_t n = 0; n < text.size(); ++n)
        EXPECT_NE(problems_of(text.substr(0, n)), "") << n;
}

// Any byte of a good chain replaced: a chain or problems, never worse.
TEST(Robust, ReplacedBytes) {
    const std::string text =
        chain_of(R"({"id": "a", "use": "mock", "needs": [], "with": {"x": "${version}"}})");
    std::size_t refused = 0;
    for (std::size_t n = 0; n < text.size(); ++n)
        for (const char c : {'\0', '"', '{', '}', '[', ',', '$', '.', '9', '\xff'}) {
            std::string changed = text;
            changed[n] = c;
            refused += !problems_of(changed).empty();
        }
    EXPECT_GT(refused, text.size() * 5);
}

TEST(Robust, ChangesOfBrokenChains) {
    for (const std::string& text : broken()) {
        const auto options =
            at_epoch({"stages.a.with.x=1", "stages=1", "vars.x.y=2", "name=x", "stages.0=3"}, {"a=mock"});
        EXPECT_NE(problems_of(text, options), "") << text.substr(0, 200);
    }
}

// std::regex recurses for each character: a long text must not exhaust the stack.
TEST(Robust, LongTextsAgainstPatterns) {
    const auto schema =
        Schema::parse(R"({"pattern": "^([a-z]|[0-9])*$", "patternProperties": {"^(x|y)*$": {}}})");
    const std::string text(1 << 20, 'a');
    EXPECT_TRUE(schema.value().validate(json::Value(text)).empty());
    json::Value object;
    object.set(std::string(1 << 20, 'x'), 1);
    EXPECT_TRUE(schema.value().validate(object).empty());
    EXPECT_EQ(schema.value().validate(json::Value("-" + text)).size(), 1u);
}
