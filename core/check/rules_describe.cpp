// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the plugin says of a stage type, for people and for the host.
#include "rule.hpp"
#include "trial.hpp"

#include <slipway/stage.h>
#include <support/text.hpp>

#include <algorithm>
#include <regex>
#include <set>

namespace slipway::check {

namespace json = support::json;

namespace {

Verdict unique(Trial& trial) {
    std::set<std::string> ids;
    for (const plugin::StageType& type : trial.description.stages)
        if (!ids.insert(type.id).second) return broken("offers '" + type.id + "' twice");
    return kept();
}

Verdict abi(Trial& trial) {
    const plugin::Description& d = trial.description;
    if (d.min_host_minor > d.abi_minor)
        return broken("is built with ABI 1." + std::to_string(d.abi_minor) + " and needs a host of 1."
                      + std::to_string(d.min_host_minor));
    return kept();
}

Verdict version(Trial& trial) {
    // Semantic Versioning 2.0.0, sections 2, 9 and 10; core/support/version.hpp orders another kind.
    static const std::regex form(
        R"((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*))"
        R"((-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?)"
        R"((\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)");
    return std::regex_match(trial.stage->version, form)
               ? kept()
               : broken("'" + trial.stage->version + "' is no semantic version");
}

Verdict license(Trial& trial) {
    // Annex D of the SPDX 2.3 specification: simple expressions joined by AND, OR and WITH, with parentheses.
    static const std::regex form(R"(\(*[A-Za-z0-9.:-]+\+?\)*( (AND|OR|WITH) \(*[A-Za-z0-9.:-]+\+?\)*)*)");
    return std::regex_match(trial.stage->license, form)
               ? kept()
               : broken("'" + trial.stage->license + "' is no SPDX licence expression");
}

Verdict summary(Trial& trial) {
    const std::string& text = trial.stage->summary;
    if (text.empty()) return broken("there is none");
    return text.ends_with('.') ? broken("'" + text + "' ends with a full stop") : kept();
}

Verdict schema(Trial& trial) {
    auto schema = config::Schema::parse(trial.stage->schema);
    if (!schema) return broken(schema.error().message());
    const json::Value& document = schema.value().document();
    if (document["type"].as_string() != "object") return broken("\"type\" is not \"object\"");
    const json::Value* others = document.find("additionalProperties");
    if (others == nullptr || others->as_bool(true)) return broken("\"additionalProperties\" is not false");
    for (const json::Value& key : document["required"].as_array())
        if (document["properties"].find(key.as_string()) == nullptr)
            return broken("the required option '" + key.as_string() + "' is not in \"properties\"");
    return kept();
}

Verdict defaults(Trial& trial) {
    for (const json::Member& option : trial.schema->document()["properties"].as_object()) {
        const json::Value* preset = option.value.find("default");
        if (preset == nullptr) continue;
        json::Value only = json::Object{{option.key, *preset}};
        for (const config::Problem& problem : trial.schema->validate(only))
            if (problem.pointer.starts_with("/" + json::pointer_token(option.key)))
                return broken("the default of '" + option.key + "': " + problem.what);
    }
    return kept();
}

Verdict option_docs(Trial& trial) {
    for (const json::Member& option : trial.schema->document()["properties"].as_object())
        if (option.value["description"].as_string().empty())
            return broken("option '" + option.key + "' has no \"description\"");
    return kept();
}

Verdict paths(Trial& trial) {
    for (const json::Member& option : trial.schema->document()["properties"].as_object()) {
        const json::Value* use = option.value.find("slipwayPath");
        if (use != nullptr && use->as_string() != "file" && use->as_string() != "tree"
            && use->as_string() != "write")
            return broken("option '" + option.key + "': \"slipwayPath\" is " + json::dump(*use));
    }
    return kept();
}

Verdict port_docs(Trial& trial) {
    for (const auto* list : {&trial.stage->ports.inputs, &trial.stage->ports.outputs})
        for (const plugin::Port& port : *list)
            if (port.doc.empty()) return broken("port '" + port.name + "' has no \"doc\"");
    return kept();
}

Verdict flags(Trial& trial) {
    const plugin::StageType& type = *trial.stage;
    if (type.has(SLIPWAY_DETERMINISTIC) && type.has(SLIPWAY_EXTERNAL_EFFECTS))
        return broken(
            "is DETERMINISTIC and has EXTERNAL_EFFECTS: it would not run where its result is known");
    return kept();
}

constexpr Rule rules[] = {
    {"describe.unique", "no stage type is offered twice", "give each stage type an id of its own",
     Scope::plugin, &unique},
    {"describe.abi", "it needs no newer host than what it is built with", "set min_host_minor to 0",
     Scope::plugin, &abi},
    {"describe.schema", "the options' schema is draft-07 of an object without other properties",
     "\"type\": \"object\", \"additionalProperties\": false, and every required option in \"properties\"",
     Scope::stage, &schema, Breaks::stage},
    {"describe.version", "the version is semantic (2.0.0)", "MAJOR.MINOR.PATCH, such as 1.0.0", Scope::stage,
     &version},
    {"describe.license", "the licence is an SPDX expression", "such as MIT or GPL-3.0-or-later", Scope::stage,
     &license},
    {"describe.summary", "the summary is one line without a full stop", "say what the stage does",
     Scope::stage, &summary},
    {"describe.defaults", "every default satisfies the schema", "change the default or its schema",
     Scope::stage, &defaults},
    {"describe.option-docs", "every option has a description", "add \"description\"", Scope::stage,
     &option_docs},
    {"describe.paths", "\"slipwayPath\" is file, tree or write", "see slipway_stage_desc in stage.h",
     Scope::stage, &paths},
    {"describe.port-docs", "every port has a doc", "add \"doc\"", Scope::stage, &port_docs},
    {"describe.flags", "the flags do not contradict each other", "drop one of them", Scope::stage, &flags},
};

} // namespace

std::span<const Rule> describe_rules() {
    return rules;
}

} // namespace slipway::check
