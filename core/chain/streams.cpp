// SPDX-License-Identifier: GPL-3.0-or-later
#include "streams.hpp"

#include <slipway/stage.h>

#include <algorithm>
#include <optional>

namespace slipway::chain {

namespace {

using Index = std::size_t;

bool can_read(const PlannedStage& stage, Index writer, const Wire& wire) {
    const plugin::StageType& type = stage.plugin->type;
    const auto from_writer = std::ranges::count_if(stage.wires, [&](const Wire& other) {
        return std::ranges::any_of(other.sources, [&](const Source& s) { return s.stage == writer; });
    });
    return from_writer == 1 && wire.sources.size() == 1 && !type.has(SLIPWAY_SEEKABLE_INPUTS)
           && !type.has(SLIPWAY_EXTERNAL_EFFECTS);
}

std::optional<Stream> stream_of(const Plan& plan, Index writer, const plugin::Port& port) {
    std::optional<Stream> stream;
    int takers = 0;
    for (Index i = 0; i < plan.stages.size(); ++i)
        for (const Wire& wire : plan.stages[i].wires) {
            if (std::ranges::find(wire.sources, Source{writer, port.name}) == wire.sources.end()) continue;
            ++takers;
            if (!stream && can_read(plan.stages[i], writer, wire)) stream = Stream{port.name, i, wire.port};
        }
    if (stream) stream->keep = takers > 1 || plan.chain.stages[plan.stages[writer].instance.stage].keep;
    return stream;
}

} // namespace

std::map<Index, Stream> find_streams(const Plan& plan) {
    std::map<Index, Stream> streams;
    for (Index i = 0; i < plan.stages.size(); ++i) {
        const PlannedStage& stage = plan.stages[i];
        if (!stage.plugin->type.has(SLIPWAY_DETERMINISTIC) || stage.mocked) continue;
        if (!stage.secrets.empty()) continue; // what it writes is looked at before anybody reads it
        for (const plugin::Port& port : stage.ports.outputs) {
            if (!port.stream || port.many || streams.contains(i)) continue;
            if (auto stream = stream_of(plan, i, port)) streams.emplace(i, std::move(*stream));
        }
    }
    return streams;
}

} // namespace slipway::chain
