// SPDX-License-Identifier: GPL-3.0-or-later
#include "explain.hpp"
#include "words.hpp"

#include <config/options.hpp>
#include <support/fs.hpp>

#include <algorithm>
#include <set>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

/// "https://..."? RFC 3986 section 3.1.
bool is_url(const std::string& text) {
    const std::size_t end = text.find("://");
    return end != std::string::npos && end > 0 && std::isalpha(static_cast<unsigned char>(text[0])) != 0
           && std::ranges::all_of(text.substr(0, end), [](char c) {
                  return std::isalnum(static_cast<unsigned char>(c)) != 0
                         || std::string_view("+-.").find(c) != std::string_view::npos;
              });
}

class Completion {
public:
    Completion(const Value& root, const std::string& folder) : root_(root), folder_(folder) {}

    void complete(const Value& reference, Value& value, const std::string& pointer) {
        const Value& schema = follow_reference(root_, reference);
        path_option(schema, value, pointer);
        for (const Value& part : schema["allOf"].as_array())
            complete(part, value, pointer);
        for (const char* keyword : {"anyOf", "oneOf"})
            for (const Value& choice : schema[keyword].as_array())
                if (explain(root_, choice, value, {}).empty()) complete(choice, value, pointer);
        if (value.is_object()) members(schema, value, pointer);
        if (value.is_array()) items(schema, value, pointer);
    }

    std::vector<OptionPath> take() { return std::move(paths_); }

private:
    void members(const Value& schema, Value& value, const std::string& pointer) {
        for (const json::Member& property : schema["properties"].as_object()) {
            const Value& own = follow_reference(root_, property.value);
            const Value* preset = own.find("default");
            if (value.find(property.key) == nullptr && preset != nullptr) {
                Value copy = *preset;
                copy.set_position(json::no_position); // it was the schema's
                value.set(property.key, std::move(copy));
            }
            if (Value* member = value.find(property.key))
                complete(own, *member, pointer + "/" + json::pointer_token(property.key));
        }
        if (const Value* others = schema.find("additionalProperties"))
            for (json::Member& member : value.object())
                if (schema["properties"].find(member.key) == nullptr)
                    complete(*others, member.value, pointer + "/" + json::pointer_token(member.key));
    }

    void items(const Value& schema, Value& value, const std::string& pointer) {
        const Value& items = schema["items"];
        for (std::size_t i = 0; i < value.array().size(); ++i) {
            const bool listed = items.is_array() && i < items.as_array().size();
            complete(listed ? items.as_array()[i] : items, value.array()[i],
                     pointer + "/" + std::to_string(i));
        }
    }

    void path_option(const Value& schema, Value& value, const std::string& pointer) {
        const std::string& use = schema["slipwayPath"].as_string();
        if (use.empty()) return;
        const PathUse how = use == "file" ? PathUse::file : use == "tree" ? PathUse::tree : PathUse::write;
        if (value.is_string()) path(value, how, pointer);
        if (value.is_array())
            for (std::size_t i = 0; i < value.array().size(); ++i)
                if (value.array()[i].is_string())
                    path(value.array()[i], how, pointer + "/" + std::to_string(i));
    }

    void path(Value& value, PathUse use, const std::string& pointer) {
        const std::string text = value.as_string();
        const bool file_url = text.starts_with("file://");
        if (text.empty() || holds_reference(value) || (is_url(text) && !file_url)) return;
        const std::string path = support::absolute_path(folder_, file_url ? text.substr(7) : text);
        value.string() = (file_url ? "file://" : "") + path;
        const bool known =
            std::ranges::any_of(paths_, [&](const OptionPath& p) { return p.pointer == pointer; });
        if (!known) paths_.push_back({pointer, path, use});
    }

    const Value& root_;
    const std::string& folder_;
    std::vector<OptionPath> paths_;
};

void collect_secrets(const Value& value, std::set<std::string>& names) {
    if (value.as_object().size() == 1 && value["secret"].is_string())
        names.insert(value["secret"].as_string());
    for (const Value& item : value.as_array())
        collect_secrets(item, names);
    for (const json::Member& member : value.as_object())
        collect_secrets(member.value, names);
}

} // namespace

Problems validate_options(const Chain& chain, const Instance& instance, const Schema& schema) {
    Problems out;
    for (const Problem& problem : schema.validate(instance.options))
        out.push_back(problem_at(chain, pointer_in(chain, instance, problem.pointer), problem.position,
                                 problem.what, problem.hint));
    return out;
}

std::vector<OptionPath> complete_options(Value& options, const Schema& schema, const std::string& folder) {
    Completion completion(schema.document(), folder);
    completion.complete(schema.document(), options, "");
    return completion.take();
}

std::vector<OptionProgram> option_programs(const Value& options, const Schema& schema) {
    std::vector<OptionProgram> out;
    for (const Value& entry : schema.document()["slipwayPrograms"].as_array()) {
        const Value* when = entry.find("when");
        if (when != nullptr && !explain(schema.document(), *when, options, {}).empty()) continue;
        const Value* named = options.at_pointer(entry["option"].as_string());
        const bool fixed = entry.find("option") == nullptr;
        const std::string name = fixed ? entry["program"].as_string() : named ? named->as_string() : "";
        if (!name.empty() && !holds_reference(name)) out.push_back({name, entry["package"].as_string()});
    }
    return out;
}

std::string option_machine(const Value& options, const Schema& schema) {
    const std::string& pointer = schema.document()["slipwayMachine"].as_string();
    const Value* named = pointer.empty() ? nullptr : options.at_pointer(pointer);
    return named == nullptr || holds_reference(*named) ? "" : named->as_string();
}

std::vector<std::string> secret_names(const Value& options) {
    std::set<std::string> names;
    collect_secrets(options, names);
    return {names.begin(), names.end()};
}

} // namespace slipway::config
