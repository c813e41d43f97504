// SPDX-License-Identifier: GPL-3.0-or-later
#include "random_options.hpp"

#include <array>
#include <limits>
#include <string>

namespace slipway::check {

namespace json = support::json;
using json::Value;

namespace {

std::string type_of(const Value& schema) {
    const Value& type = schema["type"];
    if (type.is_array() && !type.as_array().empty()) return type.as_array().front().as_string();
    return type.as_string();
}

const Value& follow(const Value& root, const Value& schema) {
    const std::string& reference = schema["$ref"].as_string();
    if (!reference.starts_with("#")) return schema;
    const Value* target = root.at_pointer(reference.substr(1));
    return target == nullptr ? schema : *target;
}

Value least_object(const Value& root, const Value& schema) {
    Value out = json::Object{};
    for (const Value& key : schema["required"].as_array())
        out.set(key.as_string(), least_value(root, schema["properties"][key.as_string()]));
    return out;
}

} // namespace

Value least_value(const Value& root, const Value& reference) {
    const Value& schema = follow(root, reference);
    if (const Value* preset = schema.find("default")) return *preset;
    if (const Value* only = schema.find("const")) return *only;
    if (!schema["enum"].as_array().empty()) return schema["enum"].as_array().front();
    for (const char* keyword : {"anyOf", "oneOf"})
        if (!schema[keyword].as_array().empty()) return least_value(root, schema[keyword].as_array().front());
    const std::string type = type_of(schema);
    if (type == "object" || schema.find("properties") != nullptr) return least_object(root, schema);
    if (type == "array") {
        json::Array out;
        for (std::int64_t i = 0; i < schema["minItems"].as_integer(); ++i)
            out.push_back(least_value(root, schema["items"]));
        return out;
    }
    if (type == "integer" || type == "number") return schema["minimum"].as_integer(1);
    if (type == "boolean") return true;
    const auto length = static_cast<std::size_t>(schema["minLength"].as_integer(1));
    return std::string(std::min<std::size_t>(length, 1000), 'x');
}

Value odd_value(const Value& schema, std::mt19937_64& random) {
    constexpr auto texts = std::to_array<const char*>({"",
                                                       " ",
                                                       "x",
                                                       "/",
                                                       "..",
                                                       "a/../b",
                                                       "-",
                                                       "--help",
                                                       "\n",
                                                       "a\nb",
                                                       "\t",
                                                       "%s%n",
                                                       "{}",
                                                       "[1",
                                                       "\"",
                                                       "\\",
                                                       "${HOME}",
                                                       "$(true)",
                                                       "://",
                                                       "http://",
                                                       "https://[",
                                                       "file:///",
                                                       "localhost:99999",
                                                       "\xc3\xa4\xe2\x82\xac",
                                                       "\xef\xbb\xbf",
                                                       "0",
                                                       "-1",
                                                       "1e9",
                                                       "99999999999999999999",
                                                       "null",
                                                       "true",
                                                       "a,b,,c",
                                                       "*",
                                                       "**/[",
                                                       "(",
                                                       "\x01",
                                                       "\x7f"});
    constexpr auto numbers = std::to_array<std::int64_t>({0, 1, -1, 2, 7, 100, 65535, 65536, 4294967295,
                                                          std::numeric_limits<std::int64_t>::max(),
                                                          std::numeric_limits<std::int64_t>::min()});
    const auto text = [&] { return Value(texts[random() % texts.size()]); };
    const std::string type = type_of(schema);
    if (!schema["enum"].as_array().empty())
        return schema["enum"].as_array()[random() % schema["enum"].as_array().size()];
    if (type == "boolean") return random() % 2 == 0;
    if (type == "integer" || type == "number") return numbers[random() % numbers.size()];
    if (type == "array") {
        json::Array out;
        for (std::uint64_t i = random() % 4; i > 0; --i)
            out.push_back(odd_value(schema["items"], random));
        return out;
    }
    if (type == "object") {
        Value out = json::Object{};
        for (const json::Member& member : schema["properties"].as_object())
            if (random() % 2 == 0) out.set(member.key, odd_value(member.value, random));
        if (random() % 4 == 0) out.set("key", text());
        return out;
    }
    return text();
}

std::vector<Value> one_of_each_type() {
    return {nullptr, true, 7, 0.5, "text", json::Array{}, json::Object{}};
}

} // namespace slipway::check
