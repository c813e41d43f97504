// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain.hpp"
#include "pattern.hpp"
#include "words.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <cmath>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

Problem wrong(std::string what, std::string hint = {}) {
    return {.file = {}, .pointer = {}, .what = std::move(what), .hint = std::move(hint)};
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

void check_choice(const Value& schema, const Value& value, Problems& out) {
    if (const Value* only = schema.find("const"); only != nullptr && !(*only == value))
        out.push_back(wrong("expected " + shown(*only) + ", found " + shown(value)));
    const Value* choices = schema.find("enum");
    if (choices == nullptr || std::ranges::find(choices->as_array(), value) != choices->as_array().end())
        return;
    std::vector<std::string> words;
    std::vector<std::string> texts;
    for (const Value& choice : choices->as_array()) {
        words.push_back(shown(choice));
        if (choice.is_string()) texts.push_back(choice.as_string());
    }
    out.push_back(wrong("expected " + support::join_or(words) + ", found " + shown(value),
                        did_you_mean(value.as_string(), texts)));
}

void check_range(const Value& schema, const Value& value, Problems& out) {
    const double n = value.as_number();
    const Value& min = schema["minimum"];
    const Value& max = schema["maximum"];
    const Value& above = schema["exclusiveMinimum"];
    const Value& below = schema["exclusiveMaximum"];
    std::string expected;
    if ((min.is_number() && n < min.as_number()) || (max.is_number() && n > max.as_number()))
        expected = min.is_number() && max.is_number() ? shown(min) + " to " + shown(max)
                   : min.is_number()                  ? "at least " + shown(min)
                                                      : "at most " + shown(max);
    else if (above.is_number() && n <= above.as_number())
        expected = "more than " + shown(above);
    else if (below.is_number() && n >= below.as_number())
        expected = "less than " + shown(below);
    if (!expected.empty()) out.push_back(wrong("expected " + expected + ", found " + shown(value)));
    const Value& step = schema["multipleOf"];
    if (step.is_number() && step.as_number() > 0 && std::fabs(std::remainder(n, step.as_number())) > 1e-12)
        out.push_back(wrong("expected a multiple of " + shown(step) + ", found " + shown(value)));
}

void check_text(const Value& schema, const Value& value, Problems& out) {
    const auto found = static_cast<std::int64_t>(characters(value.as_string()));
    const Value& min = schema["minLength"];
    const Value& max = schema["maxLength"];
    const auto plural = [](std::int64_t n) { return n == 1 ? "" : "s"; };
    if (min.is_integer() && found < min.as_integer())
        out.push_back(wrong(fmt::format("expected at least {} character{}, found {}", min.as_integer(),
                                        plural(min.as_integer()), found)));
    if (max.is_integer() && found > max.as_integer())
        out.push_back(wrong(fmt::format("expected at most {} character{}, found {}", max.as_integer(),
                                        plural(max.as_integer()), found)));
    const Value& pattern = schema["pattern"];
    if (pattern.is_string() && !matches(pattern.as_string(), value.as_string()))
        out.push_back(
            wrong(shown(value) + " does not match " + pattern.as_string(), short_description(schema)));
}

} // namespace

std::vector<std::string> types_of(const Value& schema) {
    const Value& type = schema["type"];
    if (type.is_string()) return {type.as_string()};
    std::vector<std::string> types;
    for (const Value& item : type.as_array())
        types.push_back(item.as_string());
    return types;
}

bool type_fits(const Value& schema, const Value& value) {
    const auto types = types_of(schema);
    return types.empty() || std::ranges::any_of(types, [&](const std::string& type) {
               return type == value.type_name() || (type == "number" && value.is_integer());
           });
}

Problem type_problem(const std::vector<std::string>& types, const Value& value) {
    std::vector<std::string> words;
    for (const std::string& type : types)
        if (std::ranges::find(words, with_article(type)) == words.end()) words.push_back(with_article(type));
    std::string hint;
    // A number or a boolean in quotes.
    if (const auto bare = json::parse(value.as_string());
        value.is_string() && bare && !bare.value().is_string()) {
        Value schema;
        schema.set("type", json::Array(types.begin(), types.end()));
        if (type_fits(schema, bare.value())) hint = "write " + shown(bare.value()) + " without quotes";
    }
    return wrong("expected " + support::join_or(words) + ", found " + with_article(value.type_name()), hint);
}

std::string short_description(const Value& schema) {
    constexpr std::size_t most = 90;
    const std::string& text = schema["description"].as_string();
    return text.size() <= most ? text : "";
}

Problems explain_scalar(const Value& schema, const Value& value) {
    Problems out;
    check_choice(schema, value, out);
    if (value.is_number()) check_range(schema, value, out);
    if (value.is_string()) check_text(schema, value, out);
    return out;
}

} // namespace slipway::config
