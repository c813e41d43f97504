// SPDX-License-Identifier: GPL-3.0-or-later
#include "build.hpp"

#include <support/text.hpp>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

std::vector<std::string> texts(const Value& array) {
    std::vector<std::string> out;
    for (const Value& item : array.as_array())
        if (item.is_string()) out.push_back(item.as_string());
    return out;
}

Area build_area(const Value& value) {
    Area area;
    for (const json::Member& axis : value.as_object())
        area.axes.emplace_back(axis.key, axis.value.is_string() ? std::vector{axis.value.as_string()}
                                                                : texts(axis.value));
    return area;
}

std::vector<Variation> build_vary(const Value& list, const std::string& pointer) {
    std::vector<Variation> all;
    for (const Value& item : list.as_array())
        all.push_back({build_area(item["for"]),
                       item["with"].is_object() ? item["with"] : Value(json::Object{}),
                       pointer + "/" + std::to_string(all.size()) + "/with"});
    return all;
}

Stage build_stage(const Value& value, std::size_t index, const Chain& chain) {
    Stage stage;
    stage.id = value["id"].as_string();
    stage.use = value["use"].as_string();
    stage.each = texts(value["each"]);
    stage.needs = texts(value["needs"]);
    stage.on = texts(value["on"]);
    if (value.find("needs") == nullptr && index > 0 && stage.on.empty())
        stage.needs = {chain.stages[index - 1].id};
    for (const json::Member& input : value["inputs"].as_object())
        stage.inputs.emplace_back(input.key, input.value.is_string() ? std::vector{input.value.as_string()}
                                                                     : texts(input.value));
    stage.position = value.position();
    if (value["with"].is_object())
        stage.with = value["with"];
    else
        stage.with.set_position(stage.position);
    if (const auto timeout = support::parse_duration(value["timeout"].as_string()))
        stage.timeout_s = timeout->count();
    stage.keep = value["keep"].as_bool();
    stage.pointer = "/stages/" + std::to_string(index);
    stage.vary = build_vary(value["vary"], stage.pointer + "/vary");
    for (const Override& change : chain.overrides)
        if (change.stage == stage.id && change.with) stage.options_file = change.file;
    return stage;
}

} // namespace

void build(const Value& root, Chain& chain) {
    chain.name = root["name"].as_string();
    for (const json::Member& axis : root["variants"].as_object())
        chain.axes.push_back({axis.key, texts(axis.value)});
    for (const Value& area : root["exclude"].as_array())
        chain.exclude.push_back(build_area(area));
    if (root["sandbox"].is_string()) chain.sandbox = root["sandbox"].as_string();
    for (const json::Member& pin : root["plugins"].as_object())
        chain.pins[pin.key] = {pin.value["sha256"].as_string(), pin.value["key"].as_string(),
                               pin.value["signature"].as_string()};
    const json::Array& stages = root["stages"].as_array();
    for (std::size_t i = 0; i < stages.size(); ++i)
        chain.stages.push_back(build_stage(stages[i], i, chain));
}

} // namespace slipway::config
