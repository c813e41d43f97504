// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_inputs.hpp"

#include "cache_key.hpp"

#include <chain/ending.hpp>
#include <slipway/stage.h>

#include <algorithm>

namespace slipway::chain {

namespace json = support::json;
using journal::OutputRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

json::Value describe(const OutputRecord& output, const std::string& stage, json::Value variant) {
    return json::Object{{"name", output.name},
                        {"type", output.type},
                        {"size", output.size},
                        {"sha256", output.sha256},
                        {"stage", stage},
                        {"variant", std::move(variant)},
                        {"annotations", output.annotations}};
}

Result<void> check(const config::Schema& schema, const json::Value& options) {
    for (const config::Problem& problem : schema.validate(options))
        return Error{Kind::config, "option '" + problem.pointer + "': " + problem.what, problem.hint};
    return {};
}

} // namespace

json::Value to_json(const config::Cell& cell) {
    json::Value value = json::Object{};
    for (const auto& [axis, chosen] : cell)
        value.set(axis, chosen);
    return value;
}

const std::string& StageInputs::id_of(const PlannedStage& stage) const {
    return plan_.chain.stages[stage.instance.stage].id;
}

Result<Options> StageInputs::options(std::size_t index) const {
    const PlannedStage& stage = plan_.stages[index];
    Options options;
    SLIPWAY_TRY_ASSIGN(options.values, config::resolve(stage.instance.options, [&](const auto& reference) {
                           return document(stage, reference);
                       }));
    // What another stage wrote may not fit.
    SLIPWAY_TRY(check(*stage.schema, options.values));
    if (const json::Value* replaced = options.values.at_pointer(config::replaced_pointer);
        replaced != nullptr && stage.replaced != nullptr)
        SLIPWAY_TRY(check(*stage.replaced, *replaced));
    options.paths = config::complete_options(options.values, *stage.schema, stage.folder);
    return options;
}

Result<json::Value> StageInputs::document(const PlannedStage& stage,
                                          const config::RuntimeReference& reference) const {
    const OutputRecord* found = nullptr;
    for (const std::size_t j : stage.after) {
        if (id_of(plan_.stages[j]) != reference.stage) continue;
        for (const OutputRecord& output : records_[j].outputs)
            if (output.port == reference.port) {
                if (found) return Error{Kind::config, "may be one of several artifacts"};
                found = &output;
            }
    }
    if (found == nullptr)
        return Error{Kind::config,
                     "stage '" + reference.stage + "' has no artifact on port '" + reference.port + "'"};
    SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(found->sha256));
    SLIPWAY_TRY_ASSIGN(const support::UniqueFd fd, store_.open_artifact(digest));
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_all(fd.get(), reference.text));
    return json::parse(text);
}

Inputs StageInputs::inputs(std::size_t index) const {
    const PlannedStage& stage = plan_.stages[index];
    Inputs all;
    for (const Wire& wire : stage.wires) {
        json::Array list;
        for (const Source& source : wire.sources)
            for (const OutputRecord& output : records_[source.stage].outputs) {
                if (output.port != source.port) continue;
                const PlannedStage& from = plan_.stages[source.stage];
                list.push_back(describe(output, id_of(from), to_json(from.instance.cell)));
                all.artifacts[wire.port].push_back(output);
            }
        if (!list.empty()) all.descriptions.set(wire.port, std::move(list));
    }
    for (const auto& [port, output] : stage.pinned) {
        all.descriptions.set(port, json::Array{describe(output, "", json::Object{})});
        all.artifacts[port] = {output};
    }
    if (ending_ && !stage.on.empty())
        for (const plugin::Port& port : stage.ports.inputs)
            if (std::ranges::count(port.types, ending_type) > 0) {
                all.descriptions.set(port.name, json::Array{describe(*ending_, "", json::Object{})});
                all.artifacts[port.name] = {*ending_};
            }
    return all;
}

json::Value StageInputs::coming(std::size_t writer, const std::string& port, const std::string& name) const {
    const PlannedStage& from = plan_.stages[writer];
    return json::Object{{"name", name},
                        {"type", from.ports.output(port)->types.front()},
                        {"stage", id_of(from)},
                        {"variant", to_json(from.instance.cell)},
                        {"annotations", json::Object{}}};
}

Result<std::string> StageInputs::key(std::size_t index, const json::Value& descriptions) const {
    const PlannedStage& stage = plan_.stages[index];
    if (stage.mocked) return std::string();
    SLIPWAY_TRY_ASSIGN(const Options resolved, options(index));
    return cache_key(stage, resolved.values, resolved.paths, descriptions, run_.epoch);
}

worker::Job StageInputs::job(std::size_t index, const Options& options,
                             const json::Value& descriptions) const {
    const PlannedStage& stage = plan_.stages[index];
    const plugin::StageType& type = stage.plugin->type;
    worker::Job job;
    job.plugin = stage.plugin->path;
    if (stage.plugin_pinned) job.plugin_sha256 = stage.plugin->sha256;
    job.stage_id = type.id;
    job.options = json::dump(options.values);
    job.run_id = run_.id;
    job.stage = id_of(stage);
    if (!type.has(SLIPWAY_DETERMINISTIC)) {
        job.variant = json::dump(to_json(stage.instance.cell));
        job.chain = json::dump(json::Object{{"name", run_.chain}, {"version", run_.version}});
    }
    job.epoch = run_.epoch;
    for (const config::OptionPath& path : options.paths)
        (path.use == config::PathUse::write ? job.write_paths : job.read_paths).push_back(path.path);
    job.inputs = descriptions;
    job.capabilities = plugin::to_json(plugin::capabilities_of(type.capabilities, options.values));
    return job;
}

} // namespace slipway::chain
