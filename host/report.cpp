// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.hpp"

#include <chain/event.hpp>
#include <fmt/format.h>
#include <slipway/stage.h>
#include <support/text.hpp>

#include <algorithm>
#include <csignal>

namespace slipway::host {

namespace json = support::json;
using chain::PlannedStage;
using journal::RunRecord;
using journal::StageRecord;

namespace {

std::string source_name(const chain::Plan& plan, const chain::Source& source) {
    return plan.stages[source.stage].key() + "." + source.port;
}

std::string stage_line(const PlannedStage& stage) {
    std::string note;
    if (stage.mocked) note += "  MOCKED";
    if (!stage.overridden.empty()) note += fmt::format("  (instead of {})", stage.overridden);
    if (stage.plugin->type.has(SLIPWAY_EXTERNAL_EFFECTS)) note += "  has effects";
    if (!stage.on.empty()) note += "  when the run is " + support::join_or(stage.on);
    return fmt::format("  {}  {}{}\n", stage.key(), stage.plugin->type.id, note);
}

json::Value outputs_json(const StageRecord& stage) {
    json::Array list;
    for (const auto& output : stage.outputs)
        list.push_back(journal::to_json(output));
    return list;
}

} // namespace

std::string wiring_text(const chain::Plan& plan) {
    std::string out = fmt::format("{} {}, epoch {}{}\n", plan.chain.name, plan.chain.version,
                                  support::iso_time(plan.chain.epoch), plan.mocked() ? ", MOCKED" : "");
    for (const PlannedStage& stage : plan.stages) {
        out += stage_line(stage);
        for (const chain::Wire& wire : stage.wires) {
            std::string from;
            for (const chain::Source& source : wire.sources)
                from += (from.empty() ? "" : ", ") + source_name(plan, source);
            out += fmt::format("      {} <- {}\n", wire.port, from.empty() ? "(nothing)" : from);
        }
    }
    return out;
}

json::Value wiring_json(const chain::Plan& plan) {
    json::Array stages;
    for (const PlannedStage& stage : plan.stages) {
        json::Value inputs = json::Object{};
        for (const chain::Wire& wire : stage.wires) {
            json::Array sources;
            for (const chain::Source& source : wire.sources)
                sources.push_back(
                    json::Object{{"stage", plan.stages[source.stage].key()}, {"port", source.port}});
            inputs.set(wire.port, std::move(sources));
        }
        json::Array after;
        for (const std::size_t i : stage.after)
            after.push_back(plan.stages[i].key());
        stages.push_back(json::Object{{"key", stage.key()},
                                      {"use", stage.plugin->type.id},
                                      {"plugin", stage.plugin->path},
                                      {"mocked", stage.mocked},
                                      {"effects", stage.plugin->type.has(SLIPWAY_EXTERNAL_EFFECTS)},
                                      {"options", stage.instance.options},
                                      {"inputs", std::move(inputs)},
                                      {"after", std::move(after)}});
    }
    return json::Object{{"chain", plan.chain.name},
                        {"version", plan.chain.version},
                        {"epoch", plan.chain.epoch},
                        {"mocked", plan.mocked()},
                        {"stages", std::move(stages)}};
}

std::string effects_text(const journal::Journal& journal, const std::string& run) {
    auto events = journal.events(run);
    if (!events) return {};
    std::string out = "\neffects:\n";
    bool any = false;
    for (const auto& event : events.value()) {
        if (event.kind == "stage_planned") out += fmt::format("  {}: {}\n", event.stage, event.text);
        any = any || event.kind == "stage_planned" || event.kind == "effect";
        if (event.kind != "effect") continue;
        out += fmt::format("  {}: {}: {}\n      {}\n", event.stage, event.data["kind"].as_string(),
                           event.text, event.data["target"].as_string());
        std::string detail = event.data["detail"].as_string();
        if (detail.ends_with('\n')) detail.pop_back();
        if (!detail.empty())
            for (const std::string& line : support::split(detail, '\n'))
                out += "      " + line + "\n";
    }
    return any ? out : "\neffects: none\n";
}

std::string lessons_text(const std::vector<chain::Lesson>& lessons) {
    std::string out =
        "\nwhat the plugins should declare, by what they did in this run; another one may need more:\n";
    for (const chain::Lesson& lesson : lessons) {
        if (!lesson.watched) {
            out += fmt::format("\n{}: not watched; this machine cannot (seccomp user notification)\n",
                               lesson.type);
            continue;
        }
        const std::string declared = json::dump(plugin::to_json(lesson.declared));
        const std::string smallest = json::dump(plugin::to_json(lesson.smallest));
        out += fmt::format("\n{}\n  capabilities {}{}\n", lesson.type, smallest,
                           smallest == declared ? ", as declared" : "; declared: " + declared);
        for (const auto* list : {&lesson.because, &lesson.advice})
            for (const std::string& line : *list)
                out += "    " + line + "\n";
    }
    return out;
}

std::string shown_state(const RunRecord& run) {
    const bool alive = run.pid > 0 && (::kill(static_cast<pid_t>(run.pid), 0) == 0 || errno == EPERM);
    return run.state == "running" && !alive ? "interrupted" : run.state;
}

std::string run_text(const RunRecord& run, const std::vector<StageRecord>& stages) {
    std::string out =
        fmt::format("run      {}{}\nchain    {} {} ({})\nstate    {}\nstarted  {}\nepoch    {}\n", run.id,
                    run.mocked ? "  MOCKED" : "", run.chain, run.version, run.path, shown_state(run),
                    support::iso_time(run.created / 1000), support::iso_time(run.epoch));
    std::size_t width = 0;
    for (const StageRecord& stage : stages)
        width = std::max(width, stage.key.size());
    out += "\n";
    for (const StageRecord& stage : stages) {
        const auto took =
            std::chrono::milliseconds(stage.finished > stage.started ? stage.finished - stage.started : 0);
        out += fmt::format("{:<{}}  {:<10} {:>10}  {}{}\n", stage.key, width, stage.state,
                           stage.started > 0 ? support::human_duration(took) : "", stage.use,
                           stage.mocked ? " MOCKED" : "");
        if (!stage.message.empty()) out += fmt::format("    {}\n", stage.message);
        const std::size_t shown = stage.outputs.size() > 6 ? 3 : stage.outputs.size();
        for (std::size_t i = 0; i < shown; ++i)
            out += fmt::format("    {}  {} ({})\n", stage.outputs[i].sha256, stage.outputs[i].name,
                               support::human_bytes(stage.outputs[i].size));
        if (shown < stage.outputs.size())
            out += fmt::format("    and {} more (--json lists all)\n", stage.outputs.size() - shown);
    }
    return out;
}

json::Value run_json(const RunRecord& run, const std::vector<StageRecord>& stages) {
    json::Array list;
    for (const StageRecord& stage : stages)
        list.push_back(json::Object{{"key", stage.key},
                                    {"use", stage.use},
                                    {"plugin", stage.plugin},
                                    {"plugin_sha256", stage.plugin_sha256},
                                    {"state", stage.state},
                                    {"mocked", stage.mocked},
                                    {"attempts", stage.attempts},
                                    {"started_ms", stage.started},
                                    {"finished_ms", stage.finished},
                                    {"message", stage.message},
                                    {"outputs", outputs_json(stage)}});
    json::Value value = json::Object{{"run", run.id},
                                     {"kind", run.kind},
                                     {"chain", run.chain},
                                     {"version", run.version},
                                     {"path", run.path},
                                     {"state", shown_state(run)},
                                     {"mocked", run.mocked},
                                     {"epoch", run.epoch},
                                     {"created_ms", run.created},
                                     {"finished_ms", run.finished}};
    if (!stages.empty()) value.set("stages", std::move(list));
    return value;
}

} // namespace slipway::host
