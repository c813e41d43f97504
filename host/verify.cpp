// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway verify: one image in a registry against a run, a lock or an archive, by the stage dockerhub-verify.
#include "command.hpp"
#include "session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace slipway::host {

namespace json = support::json;
using journal::StageRecord;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* manifest_type = "application/vnd.slipway.manifest.v1+json";

/// A state folder of its own, gone afterwards: whoever verifies need not have one.
class TemporaryState {
public:
    static Result<TemporaryState> create() {
        std::string folder = std::filesystem::temp_directory_path().string() + "/slipway-verify-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr)
            return support::errno_error("making '" + folder + "'", errno);
        TemporaryState state(folder);
        SLIPWAY_TRY_ASSIGN(store::Store store, store::Store::open(folder + "/store"));
        SLIPWAY_TRY_ASSIGN(journal::Journal journal, journal::Journal::open(folder + "/journal.db"));
        state.state_.emplace(State{folder, std::move(store), std::move(journal)});
        return state;
    }

    TemporaryState(TemporaryState&& other) noexcept
        : folder_(std::exchange(other.folder_, {})), state_(std::move(other.state_)) {}

    ~TemporaryState() {
        state_.reset();
        if (!folder_.empty()) (void)support::remove_tree(folder_);
    }

    State& get() { return *state_; }

private:
    explicit TemporaryState(std::string folder) : folder_(std::move(folder)) {}

    std::string folder_;
    std::optional<State> state_;
};

/// The stored file manifest of a run: of the stage asked for, or the only one.
Result<std::string> manifest_of_run(const Arguments& arguments, const std::string& id) {
    SLIPWAY_TRY_ASSIGN(const State state, open_state(arguments));
    SLIPWAY_TRY_ASSIGN(const auto run, state.journal.find_run(id));
    if (run.mocked) fmt::print(stderr, "slipway: run {} is MOCKED: it is no release\n", run.id);
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run.id));
    std::vector<std::string> keys;
    std::string sha256;
    for (const StageRecord& stage : stages)
        for (const auto& output : stage.outputs)
            if (output.type == manifest_type && arguments.value("stage", stage.key) == stage.key) {
                keys.push_back(stage.key);
                sha256 = output.sha256;
            }
    if (keys.empty())
        return Error{Kind::not_found, "run '" + run.id + "' has made no file manifest",
                     "slipway show " + run.id + " tells what it has made"};
    if (keys.size() > 1)
        return Error{Kind::config, "run '" + run.id + "' has made several file manifests",
                     "say which: --stage '" + keys.front() + "' or --stage '" + keys[1] + "'"};
    SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(sha256));
    SLIPWAY_TRY(state.store.check(digest));
    return state.store.path_of(digest);
}

/// A file if there is one of that name, else a run.
Result<std::string> file_of(const Arguments& arguments) {
    if (!arguments.has("against"))
        return Error{Kind::config, "nothing to compare with", "give --against RUN, LOCK or ARCHIVE"};
    const std::string against = arguments.value("against");
    if (std::filesystem::exists(against)) return std::filesystem::absolute(against).string();
    return manifest_of_run(arguments, against);
}

/// The stage's options.
Result<json::Value> options_of(const Arguments& arguments) {
    SLIPWAY_TRY_ASSIGN(const std::string file, file_of(arguments));
    json::Value with = json::Object{{"image", arguments.first()},
                                    {"against", file},
                                    {"differences", "report"},
                                    {"wait", "0s"},
                                    {"hub", "none"}};
    for (const char* name : {"platform", "times"})
        if (arguments.has(name)) with.set(name, arguments.value(name));
    for (const auto& [name, option] :
         {std::pair("ca-file", "ca_file"), std::pair("docker-config", "docker_config")})
        if (arguments.has(name)) with.set(option, std::filesystem::absolute(arguments.value(name)).string());
    const auto allow = arguments.values("allow");
    with.set("allow", json::Array(allow.begin(), allow.end()));
    with.set("plain_http", arguments.has("plain-http"));
    if (arguments.has("config")) {
        SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(arguments.value("config")));
        auto config = json::parse(text, json::Syntax::relaxed);
        if (!config) return std::move(config).error().in("'" + arguments.value("config") + "'");
        with.set("config", std::move(config).value());
    }
    return with;
}

/// What a chain's text does to "${".
json::Value literal(const json::Value& value) {
    if (value.is_string()) {
        std::string text = value.as_string();
        for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3))
            text.insert(at, "$");
        return text;
    }
    json::Value copy = value;
    if (copy.is_array())
        for (json::Value& item : copy.array())
            item = literal(item);
    if (copy.is_object())
        for (json::Member& member : copy.object())
            member.value = literal(member.value);
    return copy;
}

std::string chain_text(const json::Value& options) {
    return json::dump(json::Object{
        {"slipway", 1},
        {"name", "verify"},
        {"version", "1"},
        {"stages", json::Array{json::Object{
                       {"id", "verify"}, {"use", "dockerhub-verify"}, {"with", literal(options)}}}}});
}

Result<json::Value> verdict_of(const State& state, const std::string& run) {
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run));
    SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(stages.front().outputs.front().sha256));
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(state.store.path_of(digest)));
    return json::parse(text);
}

int report(const Arguments& arguments, const json::Value& verdict) {
    const bool equal = verdict["equal"].as_bool();
    if (arguments.has("output"))
        if (auto written = support::write_file(arguments.value("output"), json::dump_pretty(verdict));
            !written)
            return complain(written.error());
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(verdict));
    else if (!equal)
        fmt::print("{} is not what was built: {} differences\n", verdict["image"].as_string(),
                   verdict["differences"].as_integer());
    else
        fmt::print("{} is what was built\n", verdict["image"].as_string());
    return equal ? exit_done : exit_differs;
}

int verify(const Arguments& arguments) {
    auto options = options_of(arguments);
    if (!options) return complain(options.error());
    auto temporary = TemporaryState::create();
    if (!temporary) return complain(temporary.error());
    State& state = temporary.value().get();
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, &state.journal);
    const config::LoadOptions load{};
    auto planned_or_code =
        planned(config::load_text(chain_text(options.value()), "verify", load), catalog, arguments);
    if (const int* code = std::get_if<int>(&planned_or_code)) return *code;
    const chain::Plan plan = std::move(std::get<chain::Plan>(planned_or_code));
    auto settings = run_settings(arguments, state, chain::Mode::run);
    if (!settings) return complain(settings.error());
    const journal::RunRecord run = new_run(plan, load, "plan", state.journal);
    auto records = chain::new_records(plan);
    if (auto added = state.journal.add_run(run, records); !added) return complain(added.error());
    const int code =
        execute(arguments.without("json"), state, loop, plan, run, std::move(records), settings.value());
    if (code != exit_done) return code;
    auto verdict = verdict_of(state, run.id);
    return verdict ? report(arguments, verdict.value()) : complain(verdict.error());
}

} // namespace

Command verify_command() {
    auto options = execute_options() + plugin_options() + state_options();
    for (Option& option : options)
        if (option.name == "json") option.help = "the verdict as JSON on standard output";
    return {
        {"verify", "IMAGE", "prove that a published image is what was built",
         "Reads IMAGE from its registry, without pulling it into any engine, and compares it entry by entry "
         "with\n"
         "what was built: the file manifest of a run, an archive of a root filesystem (tar; plain, zstd, xz "
         "or\n"
         "gzip), or a file manifest. Of a lock, which names no files, the installed packages are compared.\n"
         "Exits with 4 if the image is something else.",
         "slipway verify archlinux:base-05112026 --against base.tar.zst",
         std::vector<Option>{
             {"against", 0, "RUN|LOCK|ARCHIVE", "what was built"},
             {"stage", 0, "KEY", "the stage of RUN whose file manifest is meant: 'rootfs[group=base]'"},
             {"platform", 0, "PLATFORM", "the image of an index; default: linux/amd64"},
             {"allow", 0, "PATTERN", "paths that may differ; may be repeated"},
             {"times",
              0,
              "MODE",
              "modification times: auto (default), compare or ignore",
              {"auto", "compare", "ignore"}},
             {"config", 0, "FILE", "what a container starts with, as the stage's option config; JSON"},
             {"output", 'o', "FILE", "write the verdict there, too"},
             {"docker-config", 0, "FILE", "docker's config.json, for credentials"},
             {"ca-file", 0, "FILE", "PEM certificates to trust instead of the system's"},
             {"plain-http", 0, "", "the registry speaks http, without TLS"}}
             + options,
         1, 1},
        &verify};
}

} // namespace slipway::host
