// SPDX-License-Identifier: GPL-3.0-or-later
#include "pattern.hpp"
#include "validate.hpp"

#include <algorithm>
#include <unordered_map>

namespace slipway::config {

namespace json = support::json;
using json::Value;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* maps[] = {"properties", "patternProperties", "definitions", "dependencies"};
constexpr const char* lists[] = {"allOf", "anyOf", "oneOf", "items"};
constexpr const char* singles[] = {
    "not",           "if",      "then", "else", "items", "additionalItems", "additionalProperties",
    "propertyNames", "contains"};
constexpr const char* types[] = {"null", "boolean", "integer", "number", "string", "array", "object"};

Error unusable(const std::string& pointer, const std::string& why) {
    return {Kind::config, "schema: " + (pointer.empty() ? "" : pointer + ": ") + why};
}

class SchemaChecker {
public:
    explicit SchemaChecker(const Value& root) : root_(root) {}

    Result<void> check(const Value& schema, const std::string& pointer) {
        if (schema.is_bool()) return {};
        if (!schema.is_object())
            return unusable(pointer, std::string("expected an object, found ") + schema.type_name());
        SLIPWAY_TRY(keywords(schema, pointer));
        SLIPWAY_TRY(no_circle(schema, pointer));
        for (const char* keyword : maps)
            for (const json::Member& member : schema[keyword].as_object())
                if (!member.value.is_array())
                    SLIPWAY_TRY(
                        check(member.value, pointer + "/" + keyword + "/" + json::pointer_token(member.key)));
        for (const char* keyword : lists)
            for (std::size_t i = 0; i < schema[keyword].as_array().size(); ++i)
                SLIPWAY_TRY(
                    check(schema[keyword].as_array()[i], pointer + "/" + keyword + "/" + std::to_string(i)));
        for (const char* keyword : singles)
            if (const Value* below = schema.find(keyword); below != nullptr && !below->is_array())
                SLIPWAY_TRY(check(*below, pointer + "/" + keyword));
        return {};
    }

private:
    Result<void> keywords(const Value& schema, const std::string& pointer) {
        for (const std::string& type : types_of(schema))
            if (std::ranges::find(types, type) == std::end(types))
                return unusable(pointer + "/type", "unknown type '" + type + "'");
        if (const Value* pattern = schema.find("pattern"))
            SLIPWAY_TRY(usable_pattern(pattern->as_string(), pointer + "/pattern"));
        for (const json::Member& member : schema["patternProperties"].as_object())
            SLIPWAY_TRY(usable_pattern(member.key, pointer + "/patternProperties"));
        if (const Value* use = schema.find("slipwayPath"); use != nullptr && use->as_string() != "file"
                                                           && use->as_string() != "tree"
                                                           && use->as_string() != "write")
            return unusable(pointer + "/slipwayPath", "expected 'file', 'tree' or 'write'");
        const Value* reference = schema.find("$ref");
        if (reference == nullptr) return {};
        const std::string& text = reference->as_string();
        if (!text.starts_with("#") || root_.at_pointer(text.substr(1)) == nullptr)
            return unusable(pointer + "/$ref", "'" + text + "' is nothing in this schema");
        return {};
    }

public:
    /// "slipwayMachine" is a pointer to an option.
    Result<void> machine() {
        const Value* pointer = root_.find("slipwayMachine");
        if (pointer == nullptr || pointer->as_string().starts_with('/')) return {};
        return unusable("/slipwayMachine", "expected a JSON pointer");
    }

    /// "slipwayPrograms": docs/reference/doctor.md tells its form.
    Result<void> programs() {
        const Value* list = root_.find("slipwayPrograms");
        if (list != nullptr && !list->is_array()) return unusable("/slipwayPrograms", "expected an array");
        for (std::size_t i = 0; list != nullptr && i < list->as_array().size(); ++i)
            SLIPWAY_TRY(program(list->as_array()[i], "/slipwayPrograms/" + std::to_string(i)));
        return {};
    }

private:
    Result<void> program(const Value& entry, const std::string& pointer) {
        if (!entry.is_object()) return unusable(pointer, "expected an object");
        for (const json::Member& member : entry.as_object())
            if (member.key != "program" && member.key != "option" && member.key != "package"
                && member.key != "when")
                return unusable(pointer, "unknown key '" + member.key + "'");
        for (const char* key : {"program", "option", "package"})
            if (const Value* text = entry.find(key); text != nullptr && text->as_string().empty())
                return unusable(pointer + "/" + key, "expected a text");
        if ((entry.find("program") == nullptr) == (entry.find("option") == nullptr))
            return unusable(pointer, "expected either 'program' or 'option'");
        const Value* when = entry.find("when");
        return when != nullptr ? check(*when, pointer + "/when") : Result<void>();
    }

    static Result<void> usable_pattern(const std::string& pattern, const std::string& pointer) {
        if (is_pattern(pattern)) return {};
        return unusable(pointer, "'" + pattern + "' is no regular expression");
    }

    /// A schema that applies itself to the same value would never come to an end.
    Result<void> no_circle(const Value& schema, const std::string& pointer) {
        enum { entered = 1, left = 2 };

        int& state = state_[&schema];
        if (state == left) return {};
        if (state == entered) return unusable(pointer, "refers to itself in a circle");
        state = entered;
        if (const Value* reference = schema.find("$ref")) {
            const std::string& text = reference->as_string();
            const Value* target = text.starts_with("#") ? root_.at_pointer(text.substr(1)) : nullptr;
            if (target != nullptr) SLIPWAY_TRY(no_circle(*target, pointer));
        }
        for (const char* keyword : {"allOf", "anyOf", "oneOf"})
            for (const Value& part : schema[keyword].as_array())
                SLIPWAY_TRY(no_circle(part, pointer));
        for (const char* keyword : {"not", "if", "then", "else"})
            if (const Value* part = schema.find(keyword)) SLIPWAY_TRY(no_circle(*part, pointer));
        for (const json::Member& member : schema["dependencies"].as_object())
            SLIPWAY_TRY(no_circle(member.value, pointer));
        state_[&schema] = left;
        return {};
    }

    const Value& root_;
    std::unordered_map<const Value*, int> state_;
};

} // namespace

Result<void> check_schema(const Value& schema) {
    SchemaChecker checker(schema);
    SLIPWAY_TRY(checker.check(schema, ""));
    SLIPWAY_TRY(checker.machine());
    return checker.programs();
}

} // namespace slipway::config
