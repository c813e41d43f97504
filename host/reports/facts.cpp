// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/facts.hpp"

#include "progress.hpp"
#include "provenance.hpp"
#include "report.hpp"
#include "reports/checks.hpp"
#include "reports/graph.hpp"
#include "version.hpp"

#include <chain/pin.hpp>
#include <chain/waiting.hpp>
#include <support/package_diff.hpp>

#include <algorithm>
#include <optional>

namespace slipway::host::reports {

namespace json = support::json;
using journal::OutputRecord;
using journal::RunRecord;
using journal::StageRecord;
using json::Value;
using support::Result;

namespace {

constexpr const char* package_type = "application/x-alpm-package";
constexpr const char* submission_type = "application/vnd.slipway.submission.v1+json";

/// Locks by the key of the stage that made each.
using Locks = std::vector<std::pair<std::string, Value>>;

Locks locks_of(const store::Store& store, const std::vector<StageRecord>& stages) {
    Locks locks;
    for (const StageRecord& stage : stages)
        for (const OutputRecord& output : stage.outputs) {
            if (output.type != chain::lock_type) continue;
            if (Value lock = document_of(store, output); !lock.is_null())
                locks.emplace_back(stage.key, std::move(lock));
        }
    return locks;
}

/// The release before this one: of the same chain, done, with another version, and no mock unless this is
/// one.
Result<std::optional<RunRecord>> release_before(const State& state, const RunRecord& run) {
    SLIPWAY_TRY_ASSIGN(const auto runs, state.journal.runs());
    for (const RunRecord& other : runs)
        if (other.kind == "run" && other.state == "done" && other.chain == run.chain
            && other.version != run.version && other.created < run.created && (run.mocked || !other.mocked))
            return std::optional(other);
    return std::optional<RunRecord>();
}

/// The lock of the stage with this key, or the only one there is.
const Value* lock_for(const Locks& locks, const std::string& key) {
    const auto it = std::ranges::find(locks, key, &Locks::value_type::first);
    if (it != locks.end()) return &it->second;
    return locks.size() == 1 ? &locks.front().second : nullptr;
}

Value package_facts(const Value& package) {
    Value out = json::Object{};
    for (const char* member : {"repository", "name", "version", "architecture", "filename", "size",
                               "installed_size", "sha256", "reason", "key"})
        if (const Value* value = package.find(member)) out.set(member, *value);
    return out;
}

Value packages_facts(const std::string& stage, const Value& lock, const Value* earlier) {
    json::Array list;
    std::int64_t size = 0, installed = 0;
    for (const Value& package : lock["packages"].as_array()) {
        list.push_back(package_facts(package));
        size += package["size"].as_integer();
        installed += package["installed_size"].as_integer();
    }
    return json::Object{{"stage", stage},
                        {"architecture", lock["architecture"]},
                        {"size", size},
                        {"installed_size", installed},
                        {"changes", earlier != nullptr ? support::diff_packages(*earlier, lock) : Value()},
                        {"list", std::move(list)}};
}

Value digest_facts(const std::string& stage, const OutputRecord& output) {
    // The file of a layout has its place there.
    const std::string& path = output.annotations["path"].as_string();
    const std::string& name = path.empty() ? output.name : path;
    return json::Object{{"stage", stage},          {"name", name},
                        {"type", output.type},     {"size", output.size},
                        {"sha256", output.sha256}, {"command", digest_command(name, output.sha256)}};
}

/// A stage's log as `slipway log` shows it.
Value log_facts(const std::string& stage, const std::vector<journal::EventRecord>& events) {
    json::Array lines;
    for (const journal::EventRecord& event : events) {
        if (event.stage != stage) continue;
        journal::EventRecord plain = event;
        plain.stage.clear(); // it is the heading
        if (std::string text = describe(plain, Colour::off); !text.empty())
            lines.push_back(
                json::Object{{"time", event.time}, {"level", event.level}, {"text", std::move(text)}});
    }
    const std::size_t left_out = lines.size() > most_log_lines ? lines.size() - most_log_lines : 0;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(left_out));
    return json::Object{{"stage", stage}, {"left_out", std::int64_t(left_out)}, {"lines", std::move(lines)}};
}

json::Array edges_of(const RunRecord& run, const std::vector<StageRecord>& stages) {
    json::Array edges;
    const auto all = before(run, stages);
    for (std::size_t to = 0; to < all.size(); ++to)
        for (const std::size_t from : all[to])
            edges.push_back(json::Object{{"from", stages[from].key}, {"to", stages[to].key}});
    return edges;
}

void add_outputs(const store::Store& store, const StageRecord& stage, json::Array& digests,
                 json::Array& checks, json::Array& submissions) {
    for (const OutputRecord& output : stage.outputs) {
        if (output.type == package_type) continue;
        digests.push_back(digest_facts(stage.key, output));
        if (!output.type.ends_with("+json")) continue;
        const Value document = document_of(store, output);
        for (Value& check : checks_of(output.type, output.name, document))
            checks.push_back(std::move(check));
        if (output.type == submission_type)
            submissions.push_back(json::Object{
                {"title", document["title"]}, {"url", document["url"]}, {"state", document["state"]}});
    }
}

Value provenance_facts(const State& state, const RunRecord& run) {
    if (run.kind != "run" || run.state != "done") return {};
    const auto text = provenance_of(state, run.id);
    if (!text) return {};
    auto statement = json::parse(text.value());
    return statement ? std::move(statement).value() : Value();
}

} // namespace

Value document_of(const store::Store& store, const OutputRecord& output) {
    const auto digest = support::Digest::parse(output.sha256);
    if (!digest) return {};
    const auto fd = store.open_artifact(digest.value());
    if (!fd) return {};
    const auto text = support::read_all(fd.value().get(), output.name);
    if (!text) return {};
    auto document = json::parse(text.value());
    return document ? std::move(document).value() : Value();
}

Result<Value> facts_of(const State& state, const RunRecord& run, journal::Time now) {
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(const auto events, state.journal.events(run.id));
    SLIPWAY_TRY_ASSIGN(const auto earlier, release_before(state, run));
    Locks locks_before;
    if (earlier) {
        SLIPWAY_TRY_ASSIGN(const auto stages_before, state.journal.stages(earlier->id));
        locks_before = locks_of(state.store, stages_before);
    }
    json::Array packages, digests, checks, submissions, log;
    for (const auto& [key, lock] : locks_of(state.store, stages))
        packages.push_back(packages_facts(key, lock, earlier ? lock_for(locks_before, key) : nullptr));
    log.push_back(log_facts("", events));
    for (const StageRecord& stage : stages) {
        add_outputs(state.store, stage, digests, checks, submissions);
        log.push_back(log_facts(stage.key, events));
    }
    const chain::Waiting waiting = chain::waiting_of(events, now);
    return Value(json::Object{{"slipway_report", 1},
                              {"slipway", version},
                              {"run", run_json(run, stages)},
                              {"waited_ms", waiting.total},
                              {"waiting_since_ms", waiting.since},
                              {"previous", earlier ? run_json(*earlier, {}) : Value()},
                              {"edges", edges_of(run, stages)},
                              {"submissions", std::move(submissions)},
                              {"packages", std::move(packages)},
                              {"digests", std::move(digests)},
                              {"checks", std::move(checks)},
                              {"provenance", provenance_facts(state, run)},
                              {"log", std::move(log)}});
}

} // namespace slipway::host::reports
