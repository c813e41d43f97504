// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/plugin_pin.hpp>
#include <plugin/signature.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::chain {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<void> check_digest(const PlannedStage& stage, const std::string& wanted, const std::string& hint) {
    const CatalogEntry& plugin = *stage.plugin;
    if (plugin.sha256 == wanted) return {};
    return Error{Kind::verify,
                 "plugin '" + plugin.path + "' of stage type '" + plugin.type.id
                     + "' is not the one that was pinned: it is " + plugin.sha256 + ", pinned is " + wanted,
                 hint};
}

Result<void> check_pin(const PlannedStage& stage, const config::PluginPin& pin, const std::string& folder) {
    const CatalogEntry& plugin = *stage.plugin;
    if (pin.sha256.empty() && pin.key.empty())
        return Error{Kind::config, "the pin of stage type '" + plugin.type.id + "' says nothing",
                     "give it a \"sha256\" or a \"key\""};
    if (!pin.sha256.empty())
        SLIPWAY_TRY(check_digest(
            stage, pin.sha256,
            "install that one again, or, if you trust the new one, write its digest into \"plugins\""));
    if (pin.key.empty()) return {};
    const auto path = [&](const std::string& text) {
        return text.empty() ? text : support::absolute_path(folder, text);
    };
    SLIPWAY_TRY_ASSIGN(const support::Digest signed_one,
                       plugin::check_signature(plugin.path, path(pin.key), path(pin.signature)));
    if (signed_one.hex() != plugin.sha256)
        return Error{Kind::verify, "plugin '" + plugin.path + "' has changed since it was described",
                     "run again"};
    return {};
}

/// A pin that pins nothing is a misspelt one.
Result<void> check_types(const Plan& plan) {
    for (const auto& pin : plan.chain.pins)
        if (std::ranges::none_of(plan.stages, [&](const PlannedStage& stage) {
                return stage.plugin->type.id == pin.first || stage.overridden == pin.first;
            }))
            return Error{Kind::config,
                         "\"plugins\" pins stage type '" + support::printable(pin.first)
                             + "', which no stage of the chain has",
                         "name what a stage's \"use\" says"};
    return {};
}

} // namespace

Result<void> check_plugins(Plan& plan) {
    SLIPWAY_TRY(check_types(plan));
    for (PlannedStage& stage : plan.stages) {
        const auto pin = plan.chain.pins.find(stage.plugin->type.id);
        if (pin == plan.chain.pins.end()) continue;
        SLIPWAY_TRY(check_pin(stage, pin->second, plan.chain.folder));
        stage.plugin_pinned = true;
    }
    return {};
}

json::Value plugins_of(const Plan& plan) {
    json::Value all = json::Object{};
    for (const PlannedStage& stage : plan.stages)
        all.set(stage.plugin->type.id, stage.plugin->sha256);
    return all;
}

Result<void> pin_plugins(Plan& plan, const json::Value& plugins) {
    if (plugins.as_object().empty()) return {};
    for (PlannedStage& stage : plan.stages) {
        const std::string& type = stage.plugin->type.id;
        if (stage.mocked) continue; // a mock in a stage's place is marked so, and refused by --no-mocks
        const json::Value* pinned = plugins.find(type);
        if (pinned == nullptr)
            return Error{Kind::config, "it pins no plugin for stage type '" + type + "'",
                         "make it from this chain: slipway lock CHAIN -o FILE"};
        SLIPWAY_TRY(check_digest(stage, pinned->as_string(),
                                 "install that one again, or make a new lock: slipway lock CHAIN -o FILE"));
        stage.plugin_pinned = true;
    }
    return {};
}

} // namespace slipway::chain
