// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway provenance: SLSA provenance of a run.
#include "provenance.hpp"

#include "command.hpp"
#include "report.hpp"

#include <fmt/format.h>
#include <support/text.hpp>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

namespace slipway::host {

namespace json = support::json;
using journal::RunRecord;
using journal::StageRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

// Names of our own; what they stand for is in docs/reference/provenance.md.
constexpr const char* build_type = "urn:slipway:chain:1";
constexpr const char* builder_id = "urn:slipway:host:1";

std::string file_name(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

json::Value sha256(const std::string& hex) {
    return json::Object{{"sha256", hex}};
}

/// "https://user:password@host/" becomes "https://host/", wherever it stands in the text (RFC 3986, 3.2.1).
std::string without_user_info(std::string text) {
    for (std::size_t begin = text.find("://"); begin != std::string::npos; begin = text.find("://", begin)) {
        begin += 3;
        const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'", begin), text.size());
        const std::size_t at = text.rfind('@', end);
        if (at != std::string::npos && at >= begin && at < end) text.erase(begin, at + 1 - begin);
    }
    return text;
}

json::Value without_user_info(json::Value value) {
    if (value.is_string()) return without_user_info(value.as_string());
    if (value.is_array())
        for (json::Value& item : value.array())
            item = without_user_info(std::move(item));
    if (value.is_object())
        for (json::Member& member : value.object())
            member.value = without_user_info(std::move(member.value));
    return value;
}

/// What the user asked for.
json::Value external_parameters(const RunRecord& run) {
    auto document = json::parse(run.text, json::Syntax::relaxed);
    const json::Value* locked = run.settings.find("locked");
    return json::Object{
        {"chain", json::Object{{"name", run.chain},
                               {"version", run.version},
                               {"document", document ? without_user_info(document.value()) : json::Value()}}},
        {"epoch", run.epoch},
        {"settings", without_user_info(run.settings["settings"])},
        {"overrides", without_user_info(run.settings["overrides"])},
        {"locked", locked != nullptr ? *locked : json::Value(json::Object{})},
        {"mocked", run.mocked}};
}

json::Value internal_parameters(const std::vector<StageRecord>& stages, const Sandboxes& sandboxes) {
    json::Array list;
    for (const StageRecord& stage : stages) {
        json::Value said = json::Object{{"key", stage.key},
                                        {"use", stage.use},
                                        {"plugin", sha256(stage.plugin_sha256)},
                                        {"mocked", stage.mocked}};
        // A stage that was unchanged has not run.
        if (const auto sandbox = sandboxes.find(stage.key); sandbox != sandboxes.end())
            said.set("sandbox", sandbox->second);
        list.push_back(std::move(said));
    }
    return json::Object{{"stages", std::move(list)}};
}

/// Everything the run took from elsewhere, each digest once.
class Dependencies {
public:
    void add(json::Value descriptor) {
        if (seen_.insert(descriptor["digest"]["sha256"].as_string()).second)
            list_.push_back(std::move(descriptor));
    }

    void add_lock(const json::Value& lock, const std::map<std::string, std::string>& urls) {
        for (const json::Value& database : lock["databases"].as_array())
            add(json::Object{{"name", database["repository"].as_string() + ".db"},
                             {"digest", sha256(database["sha256"].as_string())}});
        if (const std::string& keyring = lock["keyring"]["sha256"].as_string(); !keyring.empty())
            add(json::Object{{"name", "keyring"}, {"digest", sha256(keyring)}});
        for (const json::Value& package : lock["packages"].as_array()) {
            const std::string& digest = package["sha256"].as_string();
            json::Value descriptor =
                json::Object{{"name", package["name"].as_string() + " " + package["version"].as_string()},
                             {"digest", sha256(digest)}};
            if (const auto url = urls.find(digest); url != urls.end()) descriptor.set("uri", url->second);
            packages_.insert(digest);
            add(std::move(descriptor));
        }
    }

    bool is_package(const std::string& digest) const { return packages_.contains(digest); }

    json::Array take() { return std::move(list_); }

private:
    json::Array list_;
    std::set<std::string> seen_;
    std::set<std::string> packages_;
};

Dependencies dependencies(const RunRecord& run, const std::vector<StageRecord>& stages,
                          const chain::Locks& locks) {
    Dependencies found;
    found.add(
        json::Object{{"name", file_name(run.path)}, {"digest", sha256(support::Digest::of(run.text).hex())}});
    std::map<std::string, std::string> urls;
    for (const StageRecord& stage : stages)
        for (const auto& output : stage.outputs)
            if (const std::string& url = output.annotations["purl"].as_string(); !url.empty())
                urls.emplace(output.sha256, url);
    for (const auto& [key, lock] : locks)
        found.add_lock(lock, urls);
    for (const StageRecord& stage : stages)
        if (!stage.plugin_sha256.empty())
            found.add(
                json::Object{{"name", file_name(stage.plugin)}, {"digest", sha256(stage.plugin_sha256)}});
    return found;
}

/// What the run made. A package is not among them: it was there before, and is a dependency.
json::Array subjects(const std::vector<StageRecord>& stages, const Dependencies& dependencies) {
    json::Array list;
    for (const StageRecord& stage : stages)
        for (const auto& output : stage.outputs)
            if (!dependencies.is_package(output.sha256))
                list.push_back(
                    json::Object{{"name", stage.key + "/" + output.name},
                                 {"digest", sha256(output.sha256)},
                                 {"mediaType", output.type},
                                 {"annotations", json::Object{{"stage", stage.key}, {"port", output.port}}}});
    return list;
}

int show_provenance(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    return deliver(arguments, provenance_of(state.value(), arguments.first()));
}

} // namespace

json::Value provenance_statement(const RunRecord& run, const std::vector<StageRecord>& stages,
                                 const chain::Locks& locks, const Sandboxes& sandboxes) {
    Dependencies found = dependencies(run, stages, locks);
    json::Array made = subjects(stages, found);
    json::Value definition = json::Object{{"buildType", build_type},
                                          {"externalParameters", external_parameters(run)},
                                          {"internalParameters", internal_parameters(stages, sandboxes)},
                                          {"resolvedDependencies", found.take()}};
    json::Value details = json::Object{
        {"builder", json::Object{{"id", builder_id},
                                 {"version", json::Object{{"slipway", run.settings["host"].as_string()}}}}},
        {"metadata", json::Object{{"invocationId", run.id},
                                  {"startedOn", support::iso_time(run.created / 1000)},
                                  {"finishedOn", support::iso_time(run.finished / 1000)}}}};
    return json::Object{{"_type", "https://in-toto.io/Statement/v1"},
                        {"subject", std::move(made)},
                        {"predicateType", "https://slsa.dev/provenance/v1"},
                        {"predicate", json::Object{{"buildDefinition", std::move(definition)},
                                                   {"runDetails", std::move(details)}}}};
}

Sandboxes sandboxes_of(const std::vector<journal::EventRecord>& events) {
    Sandboxes sandboxes;
    for (const journal::EventRecord& event : events)
        if (event.kind == "sandbox")
            sandboxes[event.stage] = json::Object{{"level", event.text}, {"missing", event.data["missing"]}};
    return sandboxes;
}

Result<std::string> provenance_of(const State& state, const std::string& id) {
    SLIPWAY_TRY_ASSIGN(const RunRecord run, state.journal.find_run(id));
    if (run.kind != "run" || run.state != "done")
        return Error{Kind::config,
                     "run '" + run.id + "' is " + (run.kind != "run" ? "a plan" : shown_state(run))
                         + "; provenance tells of runs that are done",
                     "slipway runs lists them"};
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(const auto locks, chain::made_locks(stages, state.store));
    SLIPWAY_TRY_ASSIGN(const auto entered, state.journal.events(run.id, 0, "sandbox"));
    const Sandboxes sandboxes = sandboxes_of(entered);
    return json::dump_pretty(provenance_statement(run, stages, locks, sandboxes));
}

namespace {

std::string path_of(const State& state, const std::string& run) {
    return state.folder + "/provenance/" + run + ".json";
}

} // namespace

bool has_provenance(const State& state, const std::string& run) {
    return ::access(path_of(state, run).c_str(), F_OK) == 0;
}

Result<void> keep_provenance(const State& state, const std::string& id) {
    SLIPWAY_TRY_ASSIGN(const std::string text, provenance_of(state, id));
    SLIPWAY_TRY(support::make_dirs(state.folder + "/provenance"));
    return support::write_file(path_of(state, id), text);
}

Command provenance_command() {
    return {
        {"provenance", "[RUN]", "write the SLSA provenance of a run",
         "Prints how the artifacts of RUN (an id or the beginning of one; default: the newest run) came to "
         "be,\n"
         "as SLSA v1 provenance in an in-toto statement, not signed. A run that is done has it in the state\n"
         "folder already: provenance/RUN.json.",
         "slipway provenance 20261105-0200 -o archlinux.intoto.json",
         std::vector<Option>{{"output", 'o', "FILE", "where to write; default: standard output"}}
             + state_options(),
         0, 1},
        &show_provenance};
}

} // namespace slipway::host
