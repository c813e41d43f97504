// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/record.hpp"

#include "report.hpp"

#include <support/hash.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <string_view>

namespace slipway::host::transfer {

namespace json = support::json;
using journal::EventRecord;
using journal::OutputRecord;
using journal::RunRecord;
using journal::StageRecord;
using json::Value;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::string_view run_states[] = {"running", "done", "failed", "waiting", "cancelled"};
constexpr std::string_view stage_states[] = {"pending", "running", "done",      "unchanged",
                                             "waiting", "failed",  "cancelled", "planned"};

Error unusable(const std::string& what) {
    return {Kind::verify, "run.json: " + what,
            "it was not written by slipway export, or has been changed since"};
}

bool only(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

/// 20261105-020000-1a2b: it becomes the name of files.
bool is_run_id(const std::string& id) {
    constexpr std::string_view digits = "0123456789";
    return id.size() == 20 && id[8] == '-' && id[15] == '-' && only(id.substr(0, 8), digits)
           && only(id.substr(9, 6), digits) && only(id.substr(16), "0123456789abcdef");
}

/// As config/schema/chain.schema.json has it.
bool is_chain_name(const std::string& name) {
    constexpr std::string_view first = "abcdefghijklmnopqrstuvwxyz0123456789";
    return !name.empty() && name.size() <= 128 && only(name.substr(0, 1), first)
           && only(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
}

Value stage_json(const StageRecord& stage) {
    json::Array outputs;
    for (const OutputRecord& output : stage.outputs)
        outputs.push_back(journal::to_json(output));
    return json::Object{{"key", stage.key},
                        {"use", stage.use},
                        {"plugin", stage.plugin},
                        {"plugin_sha256", stage.plugin_sha256},
                        {"state", stage.state},
                        {"mocked", stage.mocked},
                        {"attempts", stage.attempts},
                        {"cache_key", stage.cache_key},
                        {"started_ms", stage.started},
                        {"finished_ms", stage.finished},
                        {"message", stage.message},
                        {"outputs", std::move(outputs)}};
}

Result<OutputRecord> parse_output(const Value& value) {
    OutputRecord output = journal::parse_output(value);
    if (!support::Digest::parse(output.sha256))
        return unusable("'" + support::printable(output.sha256) + "' is no SHA-256");
    if (!support::is_file_name(output.name))
        return unusable("'" + support::printable(output.name) + "' is no file name");
    if (!output.annotations.is_object() || value["size"].as_integer(-1) < 0)
        return unusable("artifact '" + output.name + "' has no size or annotations");
    return output;
}

Result<StageRecord> parse_stage(const Value& value, int position) {
    StageRecord stage{value["key"].as_string(),
                      position,
                      value["use"].as_string(),
                      value["plugin"].as_string(),
                      value["plugin_sha256"].as_string(),
                      value["state"].as_string(),
                      value["mocked"].as_bool(),
                      static_cast<int>(value["attempts"].as_integer()),
                      value["cache_key"].as_string(),
                      value["started_ms"].as_integer(),
                      value["finished_ms"].as_integer(),
                      value["message"].as_string(),
                      {}};
    if (stage.key.empty() || support::printable(stage.key) != stage.key)
        return unusable("a stage has no name");
    if (std::ranges::count(stage_states, stage.state) == 0)
        return unusable("stage '" + stage.key + "' is '" + support::printable(stage.state) + "'");
    for (const Value& item : value["outputs"].as_array()) {
        SLIPWAY_TRY_ASSIGN(OutputRecord output, parse_output(item));
        stage.outputs.push_back(std::move(output));
    }
    return stage;
}

Result<RunRecord> parse_head(const Value& value) {
    RunRecord run;
    run.id = value["run"].as_string();
    run.chain = value["chain"].as_string();
    run.version = value["version"].as_string();
    run.path = value["path"].as_string();
    run.folder = value["folder"].as_string();
    run.settings = value["settings"];
    run.epoch = value["epoch"].as_integer();
    run.state = value["state"].as_string();
    run.mocked = value["mocked"].as_bool();
    run.created = value["created_ms"].as_integer();
    run.finished = value["finished_ms"].as_integer();
    if (value["slipway_export"].as_integer() != 1)
        return Error{Kind::unsupported, "run.json: made by a newer slipway, or by none",
                     "import it with that one"};
    if (!is_run_id(run.id)) return unusable("'" + support::printable(run.id) + "' is no run's id");
    if (!is_chain_name(run.chain))
        return unusable("'" + support::printable(run.chain) + "' is no chain's name");
    if (std::ranges::count(run_states, run.state) == 0)
        return unusable("the run is '" + support::printable(run.state) + "'");
    if (!run.settings.is_object()) return unusable("there are no settings");
    return run;
}

Result<void> check_digests(const Value& digests) {
    for (const Value& digest : digests.as_array())
        if (!support::Digest::parse(digest.as_string()))
            return unusable("'" + support::printable(digest.as_string()) + "' is no SHA-256");
    return {};
}

} // namespace

Result<Record> record_of(const journal::Journal& journal, const std::string& id) {
    SLIPWAY_TRY_ASSIGN(RunRecord run, journal.find_run(id));
    if (run.kind != "run")
        return Error{Kind::config, "'" + run.id + "' is a plan, not a run", "slipway runs lists them"};
    if (shown_state(run) == "running")
        return Error{Kind::conflict, "run '" + run.id + "' is still running",
                     "wait for its end: slipway log -f"};
    run.pid = 0;
    SLIPWAY_TRY_ASSIGN(auto stages, journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(auto events, journal.events(run.id));
    return Record{std::move(run), std::move(stages), std::move(events)};
}

std::map<std::string, std::uint64_t> artifacts_of(const Record& record) {
    std::map<std::string, std::uint64_t> all;
    for (const StageRecord& stage : record.stages)
        for (const OutputRecord& output : stage.outputs)
            all.emplace(output.sha256, output.size);
    for (const json::Member& lock : record.run.settings["locked"].as_object()) // what --locked gave
        all.emplace(lock.value["sha256"].as_string(),
                    static_cast<std::uint64_t>(lock.value["size"].as_integer()));
    return all;
}

std::string run_text(const Record& record, const std::vector<std::string>& missing) {
    const RunRecord& run = record.run;
    json::Array stages, absent;
    for (const StageRecord& stage : record.stages)
        stages.push_back(stage_json(stage));
    for (const std::string& digest : missing)
        absent.push_back(digest);
    return json::dump_pretty(json::Object{{"slipway_export", 1},
                                          {"run", run.id},
                                          {"chain", run.chain},
                                          {"version", run.version},
                                          {"path", run.path},
                                          {"folder", run.folder},
                                          {"settings", run.settings},
                                          {"epoch", run.epoch},
                                          {"state", run.state},
                                          {"mocked", run.mocked},
                                          {"created_ms", run.created},
                                          {"finished_ms", run.finished},
                                          {"stages", std::move(stages)},
                                          {"missing", std::move(absent)}});
}

std::string events_text(const Record& record) {
    std::string text;
    for (const EventRecord& event : record.events)
        text += json::dump(json::Object{{"time", event.time},
                                        {"stage", event.stage},
                                        {"kind", event.kind},
                                        {"level", event.level},
                                        {"text", event.text},
                                        {"data", event.data}})
                + "\n";
    return text;
}

Result<Record> parse_run(const std::string& text, std::vector<std::string>& missing) {
    auto parsed = json::parse(text);
    if (!parsed) return unusable(parsed.error().what);
    const Value& value = parsed.value();
    SLIPWAY_TRY_ASSIGN(RunRecord run, parse_head(value));
    Record record{std::move(run)};
    for (const Value& item : value["stages"].as_array()) {
        SLIPWAY_TRY_ASSIGN(StageRecord stage, parse_stage(item, static_cast<int>(record.stages.size())));
        const bool twice =
            std::ranges::find(record.stages, stage.key, &StageRecord::key) != record.stages.end();
        if (twice) return unusable("stage '" + stage.key + "' is there twice");
        record.stages.push_back(std::move(stage));
    }
    SLIPWAY_TRY(check_digests(value["missing"]));
    for (const Value& digest : value["missing"].as_array())
        missing.push_back(digest.as_string());
    for (const auto& [digest, size] : artifacts_of(record))
        if (!support::Digest::parse(digest))
            return unusable("'" + support::printable(digest) + "' is no SHA-256");
    return record;
}

Result<std::vector<EventRecord>> parse_events(const std::string& text) {
    std::vector<EventRecord> events;
    for (const std::string& line : support::split(text, '\n')) {
        if (line.empty()) continue;
        auto parsed = json::parse(line);
        if (!parsed)
            return Error{Kind::verify, "events.jsonl: line " + std::to_string(events.size() + 1) + ": "
                                           + parsed.error().what};
        const Value& value = parsed.value();
        events.push_back({0, value["time"].as_integer(), value["stage"].as_string(),
                          value["kind"].as_string(), static_cast<int>(value["level"].as_integer()),
                          value["text"].as_string(), value["data"]});
    }
    return events;
}

} // namespace slipway::host::transfer
