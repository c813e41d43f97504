// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings.hpp"

#include "words.hpp"

#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>
#include <span>

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

/// The options of an override that only names their file.
support::Result<void> read_options(Override& change) {
    if (change.with || change.file.empty()) return {};
    SLIPWAY_TRY_ASSIGN(change.text, support::read_file(change.file, max_file_bytes));
    SLIPWAY_TRY_ASSIGN(Value value, json::parse(change.text, json::Syntax::relaxed));
    if (!value.is_object())
        return Error{Kind::config, "1:1: expected an object, found " + with_article(value.type_name())};
    change.with = std::move(value);
    return {};
}

/// As a user would write it.
std::string name_of(const Override& change) {
    const std::string options = !change.file.empty() ? ":" + change.file : change.with ? ":{...}" : "";
    return "--override " + change.stage + "=" + change.use + options;
}

/// A mock in a stage's place: that stage's options go along, so that they stay checked where they stand.
void keep_replaced(Value& options, const Value& stage, const std::string& use, const std::string& pointer,
                   Report& report) {
    const Value* own = stage.find("with");
    Value with = own != nullptr && own->is_object() ? *own : Value(json::Object{});
    options.set("replaces", json::Object{{"use", use}, {"with", std::move(with)}});
    report.came_from_chain(pointer + "/with" + replaced_pointer, pointer + "/with");
}

/// False if it could not be applied, which is reported.
bool apply_override(Value& root, Override& change, Report& report) {
    const std::string name = name_of(change);
    const auto index = find_stage(root, change.stage);
    if (!index) {
        report.add_elsewhere(name, "unknown stage '" + change.stage + "'",
                             hint_for_stage(root, change.stage));
        return false;
    }
    if (auto read = read_options(change); !read) {
        report.add_syntax(change.file, read.error());
        return false;
    }
    Value& stage = root.find("stages")->array()[*index];
    const std::string pointer = "/stages/" + std::to_string(*index);
    const std::string use = stage["use"].as_string();
    stage.set("use", change.use);
    report.came_from({pointer + "/use", name, ""});
    const bool stands_in = change.use == "mock" && use != "mock";
    if (!change.with && !stands_in) return true;
    Value options = change.with ? *change.with : Value(json::Object{});
    report.came_from({pointer + "/with", change.file.empty() ? name : change.file, change.text});
    if (stands_in)
        keep_replaced(options, stage, use, pointer, report);
    else
        stage.remove("vary"); // it is about the options that are replaced
    stage.set("with", std::move(options));
    return true;
}

/// "PLUGIN[:OPTIONS]", of `--override` and of a member of an overrides file. `folder`: paths start there.
support::Result<void> parse_use(const std::string& text, const std::string& folder, Override& change) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    change.use = text.substr(0, colon);
    const std::string options = colon < text.size() ? text.substr(colon + 1) : "";
    if (change.use.empty() || (colon < text.size() && options.empty()))
        return Error{Kind::config, "expected PLUGIN, PLUGIN:FILE or PLUGIN:{OPTIONS}"};
    if (options.find_first_not_of(" \t\n") == std::string::npos
        || options[options.find_first_not_of(" \t\n")] != '{') {
        if (!options.empty())
            change.file = folder.empty() ? options : support::absolute_path(folder, options);
        return {};
    }
    SLIPWAY_TRY_ASSIGN(Value value, json::parse(options, json::Syntax::relaxed));
    forget_positions(value);
    change.with = std::move(value);
    return {};
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
    Override change{text.substr(0, equals), {}};
    const auto used = equals == std::string::npos ? support::Result<void>(Error{Kind::config, ""})
                                                  : parse_use(text.substr(equals + 1), "", change);
    if (used && !change.stage.empty()) return change;
    const bool json = !used && !change.use.empty() && text.find('{') != std::string::npos;
    return Error{Kind::config,
                 "--override " + text + ": "
                     + (json ? used.error().what
                             : "expected STAGE=PLUGIN, STAGE=PLUGIN:FILE or STAGE=PLUGIN:{OPTIONS}"),
                 "such as --override publish=mock:publish.json"};
}

namespace {

/// A member of an overrides file.
support::Result<Override> read_override(const json::Member& member, const std::string& file,
                                        const std::string& folder) {
    Override change{member.key, {}};
    if (member.value.is_string()) {
        SLIPWAY_TRY(parse_use(member.value.as_string(), folder, change));
        if (change.with) change.file = file; // paths start there
        return change;
    }
    for (const json::Member& part : member.value.as_object())
        if (part.key != "use" && part.key != "with")
            return Error{Kind::config, "unknown key '" + part.key + "'", "it has \"use\" and \"with\""};
    change.use = member.value["use"].as_string();
    const Value* with = member.value.find("with");
    if (change.use.empty() || (with != nullptr && !with->is_object()))
        return Error{Kind::config, "expected \"PLUGIN[:OPTIONS]\" or {\"use\": PLUGIN, \"with\": {OPTIONS}}"};
    if (with != nullptr) {
        change.with = *with;
        change.file = file;
    }
    return change;
}

} // namespace

support::Result<std::vector<Override>> read_overrides(const std::string& file) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(file, max_file_bytes));
    auto root = json::parse(text, json::Syntax::relaxed);
    if (!root) return Error{Kind::config, file + ":" + root.error().what};
    if (!root.value().is_object())
        return Error{Kind::config,
                     file + ":1:1: expected an object, found " + with_article(root.value().type_name()),
                     "{\"publish\": \"mock\"}"};
    const std::string folder = std::filesystem::absolute(file).lexically_normal().parent_path().string();
    std::vector<Override> all;
    for (const json::Member& member : root.value().as_object()) {
        auto change = read_override(member, file, folder);
        if (!change) {
            const json::Place place = json::place_of(text, member.value.position());
            return Error{Kind::config,
                         file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column)
                             + ": stage '" + support::printable(member.key) + "': " + change.error().what,
                         change.error().hint};
        }
        if (change.value().with && member.value.is_object()) change.value().text = text;
        all.push_back(std::move(change).value());
    }
    return all;
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

std::vector<Override> apply_changes(Value& root, const LoadOptions& options, Report& report) {
    std::vector<Override> applied;
    if (!root.is_object()) return applied; // the schema will say so
    for (std::size_t i = 0; i < options.overrides.size(); ++i) {
        Override change = options.overrides[i];
        const auto later = std::span(options.overrides).subspan(i + 1);
        if (std::ranges::find(later, change.stage, &Override::stage) != later.end()) continue;
        if (apply_override(root, change, report)) applied.push_back(std::move(change));
    }
    for (const Setting& setting : options.settings)
        apply_setting(root, setting, report);
    return applied;
}

} // namespace slipway::config
