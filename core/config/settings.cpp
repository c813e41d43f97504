// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings.hpp"

#include "words.hpp"

#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;
using json::Value;
using support::Error;
using support::Kind;

namespace {

/// Values of an argument have no place in a file.
void forget_positions(Value& value) {
    value.set_position(json::no_position);
    if (value.is_array())
        for (Value& item : value.array())
            forget_positions(item);
    if (value.is_object())
        for (json::Member& member : value.object()) {
            member.key_position = json::no_position;
            forget_positions(member.value);
        }
}

/// Is the top-level key one that takes text only? Then 12112026 is no number.
bool takes_text(const std::string& path) {
    static const auto schema = json::parse(chain_schema_text());
    return schema && schema.value()["properties"][path]["type"].as_string() == "string";
}

Value setting_value(const Setting& setting) {
    auto parsed = json::parse(setting.value, json::Syntax::relaxed);
    if (!parsed || takes_text(setting.path)) return setting.value;
    forget_positions(parsed.value());
    return std::move(parsed).value();
}

/// The item of an array that a path segment names; stages go by their ids.
Value* item_at(Value& root, Value& array, const std::string& segment, std::string& pointer, bool stages,
               std::string& failure, std::string& hint) {
    std::optional<std::size_t> index;
    if (stages) {
        index = find_stage(root, segment);
        if (!index) {
            failure = "unknown stage '" + segment + "'";
            hint = hint_for_stage(root, segment);
            return nullptr;
        }
    } else {
        const bool digits = !segment.empty() && segment.size() < 10
                            && segment.find_first_not_of("0123456789") == std::string::npos;
        if (digits) index = std::stoul(segment);
        if (!index || *index >= array.as_array().size()) {
            failure = "there is no item '" + segment + "' in " + (pointer.empty() ? "the chain" : pointer);
            hint = "set the whole array";
            return nullptr;
        }
    }
    pointer += "/" + std::to_string(*index);
    return &array.array()[*index];
}

void apply_setting(Value& root, const Setting& setting, Report& report) {
    Value* at = &root;
    std::string pointer;
    std::string failure;
    std::string hint;
    const std::string name = "--set " + setting.path;
    for (const std::string& segment : support::split(setting.path, '.')) {
        if (at->is_array()) {
            at = item_at(root, *at, segment, pointer, pointer == "/stages", failure, hint);
            if (at == nullptr) return report.add_elsewhere(name, failure, hint);
            continue;
        }
        if (!at->is_null() && !at->is_object())
            return report.add_elsewhere(
                name, "'" + segment + "' cannot be set: " + pointer + " is " + with_article(at->type_name()),
                "only objects have members");
        const std::size_t place = at->position();
        Value* below = at->find(segment);
        at = below ? below : &at->set(segment, Value());
        if (below == nullptr) at->set_position(place);
        pointer += "/" + json::pointer_token(segment);
    }
    *at = setting_value(setting);
    report.came_from({pointer, name, ""});
}

/// The options in an override's file, and their text.
support::Result<std::pair<Value, std::string>> read_options(const std::string& file) {
    SLIPWAY_TRY_ASSIGN(std::string text, support::read_file(file, max_file_bytes));
    SLIPWAY_TRY_ASSIGN(Value value, json::parse(text, json::Syntax::relaxed));
    if (!value.is_object())
        return Error{Kind::config, "1:1: expected an object, found " + with_article(value.type_name())};
    return std::pair(std::move(value), std::move(text));
}

void apply_override(Value& root, const Override& change, Report& report) {
    const std::string name =
        "--override " + change.stage + "=" + change.use + (change.file.empty() ? "" : ":" + change.file);
    const auto index = find_stage(root, change.stage);
    if (!index)
        return report.add_elsewhere(name, "unknown stage '" + change.stage + "'",
                                    hint_for_stage(root, change.stage));
    Value& stage = root.find("stages")->array()[*index];
    const std::string pointer = "/stages/" + std::to_string(*index);
    stage.set("use", change.use);
    report.came_from({pointer + "/use", name, ""});
    if (change.file.empty()) return;
    auto options = read_options(change.file);
    if (!options) return report.add_syntax(change.file, options.error());
    stage.set("with", std::move(options.value().first));
    report.came_from({pointer + "/with", change.file, std::move(options.value().second)});
}

} // namespace

support::Result<Setting> parse_setting(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string path = text.substr(0, equals);
    const auto segments = support::split(path, '.');
    if (equals == std::string::npos || std::ranges::find(segments, "") != segments.end())
        return Error{Kind::config, "--set " + text + ": expected PATH=VALUE",
                     "such as --set stages.publish.with.remote=/srv/mirror.git"};
    return Setting{path, text.substr(equals + 1)};
}

support::Result<Override> parse_override(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::size_t colon = equals == std::string::npos ? equals : text.find(':', equals);
    const bool has_file = colon != std::string::npos;
    Override change;
    change.stage = text.substr(0, equals);
    if (equals != std::string::npos)
        change.use = text.substr(equals + 1, has_file ? colon - equals - 1 : colon);
    if (has_file) change.file = text.substr(colon + 1);
    if (change.stage.empty() || change.use.empty() || (has_file && change.file.empty()))
        return Error{Kind::config, "--override " + text + ": expected STAGE=PLUGIN or STAGE=PLUGIN:FILE",
                     "such as --override publish=mock:publish.json"};
    return change;
}

std::optional<std::size_t> find_stage(const Value& root, std::string_view id) {
    const json::Array& stages = root["stages"].as_array();
    for (std::size_t i = 0; i < stages.size(); ++i)
        if (stages[i]["id"].is_string() && stages[i]["id"].as_string() == id) return i;
    return std::nullopt;
}

std::string hint_for_stage(const Value& root, std::string_view id) {
    constexpr std::size_t most = 10;
    std::vector<std::string> ids;
    for (const Value& stage : root["stages"].as_array())
        if (stage["id"].is_string()) ids.push_back(stage["id"].as_string());
    const std::string near = did_you_mean(id, ids);
    if (!near.empty() || ids.empty() || ids.size() > most) return near;
    return "the stages are " + support::join(ids, ", ");
}

void apply_changes(Value& root, const LoadOptions& options, Report& report) {
    if (!root.is_object()) return; // the schema will say so
    for (const Override& change : options.overrides)
        apply_override(root, change, report);
    for (const Setting& setting : options.settings)
        apply_setting(root, setting, report);
}

} // namespace slipway::config
