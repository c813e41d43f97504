// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain.hpp"

#include "pattern.hpp"
#include "variables.hpp"
#include "words.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

class Explainer {
public:
    Explainer(const Value& root, const Wording& wording) : root_(root), wording_(wording) {}

    /// Recursion ends: values are finite, and compiled schemas have no references in a circle.
    Problems explain(const Value& reference, const Value& value, const std::string& pointer) {
        const Value& schema = follow_reference(root_, reference);
        if (schema.is_bool() && !schema.as_bool()) return {at(value, pointer, "is not allowed here")};
        const bool open =
            wording_.references == References::open && value.is_string() && holds_reference(value);
        if (open && is_one_reference(value.as_string())) return {};
        if (!type_fits(schema, value)) {
            Problem problem = type_problem(types_of(schema), value);
            return {at(value, pointer, problem.what, problem.hint)};
        }
        Problems out;
        if (!open)
            for (Problem& problem : explain_scalar(schema, value))
                out.push_back(at(value, pointer, problem.what, problem.hint));
        if (value.is_object()) members(schema, value, pointer, out);
        if (value.is_array()) items(schema, value, pointer, out);
        combinations(schema, value, pointer, out);
        return out;
    }

private:
    static Problem at(const Value& value, const std::string& pointer, std::string what,
                      std::string hint = {}) {
        return {.file = {},
                .position = value.position(),
                .pointer = pointer,
                .what = std::move(what),
                .hint = std::move(hint)};
    }

    static void append(Problems& out, Problems more) {
        for (Problem& problem : more) {
            const bool known = std::ranges::any_of(out, [&](const Problem& p) {
                return p.pointer == problem.pointer && p.what == problem.what;
            });
            if (!known) out.push_back(std::move(problem));
        }
    }

    void members(const Value& schema, const Value& value, const std::string& pointer, Problems& out) {
        std::set<std::string> meant; // keys that a misspelt one probably stands for
        for (const json::Member& member : value.as_object())
            this->member(schema, member, pointer, meant, out);
        for (const Value& key : schema["required"].as_array())
            if (value.find(key.as_string()) == nullptr && !meant.contains(key.as_string()))
                missing(schema, value, key.as_string(), pointer, out);
        for (const json::Member& dependency : schema["dependencies"].as_object())
            if (value.find(dependency.key) != nullptr) dependencies(schema, dependency, value, pointer, out);
        count("Properties", wording_.key, schema, value, value.as_object().size(), pointer, out);
    }

    void member(const Value& schema, const json::Member& member, const std::string& above,
                std::set<std::string>& meant, Problems& out) {
        const std::string pointer = above + "/" + json::pointer_token(member.key);
        bool known = false;
        if (const Value* names = schema.find("propertyNames")) {
            Value name(member.key);
            name.set_position(member.key_position);
            append(out, explain(*names, name, pointer));
        }
        if (const Value* own = schema["properties"].find(member.key)) {
            known = true;
            append(out, explain(*own, member.value, pointer));
        }
        for (const json::Member& pattern : schema["patternProperties"].as_object())
            if (matches(pattern.key, member.key)) {
                known = true;
                append(out, explain(pattern.value, member.value, pointer));
            }
        const Value* others = schema.find("additionalProperties");
        if (known || others == nullptr) return;
        if (others->is_bool() && !others->as_bool())
            unknown(schema, member, pointer, meant, out);
        else
            append(out, explain(*others, member.value, pointer));
    }

    void unknown(const Value& schema, const json::Member& member, const std::string& pointer,
                 std::set<std::string>& meant, Problems& out) {
        constexpr std::size_t most = 10;
        const std::vector<std::string> keys = keys_of(schema["properties"]);
        std::string hint = did_you_mean(member.key, keys);
        if (!hint.empty())
            meant.insert(*support::nearest(member.key, keys));
        else if (keys.size() <= most && schema["patternProperties"].as_object().empty())
            hint = keys.empty() ? fmt::format("there are no {}s here", wording_.key)
                                : fmt::format("known {}s: {}", wording_.key, support::join(keys, ", "));
        Problem problem =
            at(member.value, pointer, fmt::format("unknown {} '{}'", wording_.key, member.key), hint);
        if (member.key_position != json::no_position) problem.position = member.key_position;
        out.push_back(std::move(problem));
    }

    void missing(const Value& schema, const Value& value, const std::string& key, const std::string& pointer,
                 Problems& out) {
        const Value* own = schema["properties"].find(key);
        const std::string hint = own ? short_description(follow_reference(root_, *own)) : "";
        append(out, {at(value, pointer, fmt::format("missing {} '{}'", wording_.key, key), hint)});
    }

    void dependencies(const Value& schema, const json::Member& dependency, const Value& value,
                      const std::string& pointer, Problems& out) {
        if (!dependency.value.is_array()) return append(out, explain(dependency.value, value, pointer));
        for (const Value& key : dependency.value.as_array())
            if (value.find(key.as_string()) == nullptr) missing(schema, value, key.as_string(), pointer, out);
    }

    void items(const Value& schema, const Value& value, const std::string& pointer, Problems& out) {
        const json::Array& array = value.as_array();
        const Value& items = schema["items"];
        for (std::size_t i = 0; i < array.size(); ++i) {
            const bool listed = items.is_array() && i < items.as_array().size();
            const Value* own = listed             ? &items.as_array()[i]
                               : items.is_array() ? schema.find("additionalItems")
                                                  : &items;
            if (own != nullptr && !own->is_null())
                append(out, explain(*own, array[i], pointer + "/" + std::to_string(i)));
            const auto here = array.begin() + static_cast<std::ptrdiff_t>(i);
            if (schema["uniqueItems"].as_bool() && std::find(array.begin(), here, *here) != here)
                out.push_back(at(*here, pointer + "/" + std::to_string(i), shown(*here) + " is there twice"));
        }
        count("Items", "item", schema, value, array.size(), pointer, out);
    }

    /// minItems, maxItems, minProperties, maxProperties.
    static void count(const std::string& keyword, const std::string& thing, const Value& schema,
                      const Value& value, std::size_t found, const std::string& pointer, Problems& out) {
        const auto n = static_cast<std::int64_t>(found);
        const auto expected = [&](const char* bound, std::int64_t limit) {
            const char* plural = limit == 1 ? "" : "s";
            out.push_back(at(value, pointer,
                             fmt::format("expected {} {} {}{}, found {}", bound, limit, thing, plural, n)));
        };
        const Value& min = schema["min" + keyword];
        const Value& max = schema["max" + keyword];
        if (min.is_integer() && n < min.as_integer()) expected("at least", min.as_integer());
        if (max.is_integer() && n > max.as_integer()) expected("at most", max.as_integer());
    }

    void combinations(const Value& schema, const Value& value, const std::string& pointer, Problems& out) {
        for (const Value& part : schema["allOf"].as_array())
            append(out, explain(part, value, pointer));
        for (const char* keyword : {"anyOf", "oneOf"})
            if (const Value* choices = schema.find(keyword))
                alternatives(choices->as_array(), keyword == std::string_view("oneOf"), value, pointer, out);
        // What a reference will be decides these; they are checked when it is known.
        if (wording_.references == References::open && holds_reference(value)) return;
        if (const Value* forbidden = schema.find("not");
            forbidden && explain(*forbidden, value, pointer).empty())
            out.push_back(
                at(value, pointer, shown(value) + " is not allowed here", short_description(schema)));
        if (const Value* condition = schema.find("if")) {
            const Value* then = schema.find(explain(*condition, value, pointer).empty() ? "then" : "else");
            if (then != nullptr) append(out, explain(*then, value, pointer));
        }
    }

    void alternatives(const json::Array& choices, bool only_one, const Value& value,
                      const std::string& pointer, Problems& out) {
        std::vector<Problems> candidates; // of the choices that take the value's type
        std::vector<std::string> types;
        std::size_t fitting = 0;
        for (const Value& reference : choices) {
            const Value& choice = follow_reference(root_, reference);
            Problems problems = explain(choice, value, pointer);
            fitting += problems.empty();
            if (type_fits(choice, value)) candidates.push_back(std::move(problems));
            std::ranges::copy(types_of(choice), std::back_inserter(types));
        }
        const bool undecided = wording_.references == References::open && holds_reference(value);
        if (fitting > 1 && only_one && !undecided)
            out.push_back(
                at(value, pointer,
                   shown(value) + " is ambiguous: it fits more than one of the forms allowed here"));
        if (fitting > 0) return;
        if (candidates.empty()) {
            Problem problem = type_problem(types, value);
            return append(out, {at(value, pointer, problem.what, problem.hint)});
        }
        append(out, *std::ranges::min_element(candidates, {}, &Problems::size));
    }

    const Value& root_;
    const Wording& wording_;
};

} // namespace

const Value& follow_reference(const Value& root, const Value& schema) {
    const Value* at = &schema;
    while (const Value* reference = at->find("$ref")) {
        const std::string& text = reference->as_string();
        const Value* target = text.starts_with("#") ? root.at_pointer(text.substr(1)) : nullptr;
        if (target == nullptr) break;
        at = target;
    }
    return *at;
}

Problems explain(const Value& root, const Value& schema, const Value& value, const Wording& wording) {
    return Explainer(root, wording).explain(schema, value, "");
}

} // namespace slipway::config
