// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stage types without plugins, and plans of them.
#pragma once

#include <chain/plan.hpp>
#include <gtest/gtest.h>

#include <string>

namespace slipway::chain::testing {

/// "in:text/plain", "in?:text/plain" (optional), "in*:text/*" (many), "in:a/b|c/d" (by preference).
inline plugin::Port port(const std::string& text) {
    plugin::Port out;
    const std::size_t colon = text.find(':');
    out.name = text.substr(0, colon);
    out.many = out.name.ends_with('*');
    out.optional = out.name.ends_with('?');
    if (out.many || out.optional) out.name.pop_back();
    std::size_t start = colon + 1;
    for (std::size_t bar = 0; bar != std::string::npos; start = bar + 1) {
        bar = text.find('|', start);
        out.types.push_back(text.substr(start, bar == std::string::npos ? bar : bar - start));
        if (bar == std::string::npos) break;
    }
    return out;
}

inline plugin::StageType type(const std::string& id, const std::vector<std::string>& inputs,
                              const std::vector<std::string>& outputs, std::uint32_t flags = 0) {
    plugin::StageType out;
    out.id = id;
    out.version = "1.0.0";
    out.flags = flags;
    out.schema = R"({"type": "object"})";
    for (const std::string& text : inputs)
        out.ports.inputs.push_back(port(text));
    for (const std::string& text : outputs)
        out.ports.outputs.push_back(port(text));
    return out;
}

inline Catalog catalog_of(std::vector<plugin::StageType> types) {
    Catalog catalog;
    plugin::Description description;
    description.path = "/plugin.so";
    description.sha256 = std::string(64, 'd');
    description.stages = std::move(types);
    catalog.add(description);
    return catalog;
}

/// The plan of a chain with these stages (JSON), or its problems as the user reads them.
struct Planned {
    Plan plan;
    std::string problems;

    Planned(const Catalog& catalog, const std::string& stages, const std::string& more = "") {
        const std::string text =
            R"({"slipway": 1, "name": "test", )" + more + R"("stages": [)" + "\n" + stages + "\n]}";
        auto loaded = config::load_text(text, "chain.json", {});
        if (const auto* bad = std::get_if<config::Problems>(&loaded)) {
            problems = config::render(*bad);
            return;
        }
        auto made = make_plan(std::get<config::Chain>(std::move(loaded)), catalog);
        if (const auto* bad = std::get_if<config::Problems>(&made))
            problems = config::render(*bad);
        else
            plan = std::get<Plan>(std::move(made));
    }

    /// "in<-a.out in2<-b.out,c.out", of the instance `key`.
    std::string wires(const std::string& key) const {
        std::string out;
        for (const PlannedStage& stage : plan.stages) {
            if (stage.key() != key) continue;
            for (const Wire& wire : stage.wires) {
                out += (out.empty() ? "" : " ") + wire.port + "<-";
                for (const Source& source : wire.sources)
                    out += (out.ends_with("<-") ? "" : ",") + plan.stages[source.stage].key() + "."
                           + source.port;
            }
        }
        return out;
    }
};

} // namespace slipway::chain::testing
