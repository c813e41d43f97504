// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.hpp"

#include "command.hpp"
#include "progress.hpp"
#include "provenance.hpp"
#include "tell.hpp"
#include "version.hpp"

#include <chain/plugin_pin.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <support/cores.hpp>
#include <support/text.hpp>
#include <sys/file.h>
#include <unistd.h>
#include <worker/sandbox.hpp>
#include <worker/user_namespace.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <random>
#include <thread>

namespace slipway::host {

namespace fs = std::filesystem;
namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

Result<std::int64_t> parse_number(const std::string& text, const std::string& what) {
    if (const auto number = whole_number(text)) return *number;
    return Error{Kind::config, what + ": '" + support::printable(text) + "' is no number",
                 "a whole number, 0 or more"};
}

Result<std::int64_t> epoch_of(const Arguments& arguments) {
    if (arguments.has("epoch")) return parse_number(arguments.value("epoch"), "--epoch");
    if (const std::string text = environment("SOURCE_DATE_EPOCH"); !text.empty())
        return parse_number(text, "SOURCE_DATE_EPOCH");
    // The start of the day: two runs of one day make the same bytes.
    const std::time_t now = std::time(nullptr);
    return std::int64_t{now - now % 86400};
}

std::string new_run_id() {
    std::random_device device;
    return support::format_time("%Y%m%d-%H%M%S", std::time(nullptr)).value_or("run")
           + fmt::format("-{:04x}", device() & 0xffffu);
}

} // namespace

std::string state_folder(const Arguments& arguments) {
    std::string folder = arguments.value("state", environment("SLIPWAY_STATE"));
    if (folder.empty() && ::geteuid() == 0) folder = "/var/lib/slipway";
    if (folder.empty()) {
        const std::string xdg = environment("XDG_STATE_HOME");
        folder = (xdg.empty() ? environment("HOME") + "/.local/state" : xdg) + "/slipway";
    }
    return fs::absolute(folder).lexically_normal().string();
}

Result<State> open_state(const Arguments& arguments) {
    const std::string folder = state_folder(arguments);
    auto made = support::make_dirs(folder, 0700);
    if (!made)
        return Error{made.error().kind, "state folder: " + made.error().what,
                     "choose another one with --state DIR"};
    SLIPWAY_TRY_ASSIGN(store::Store store, store::Store::open(folder + "/store"));
    SLIPWAY_TRY_ASSIGN(journal::Journal journal, journal::Journal::open(folder + "/journal.db"));
    return State{folder, std::move(store), std::move(journal)};
}

namespace {

/// The process that holds the lock, as it wrote it there. It takes the lock first: what is there until it has
/// written is nothing, or names one that was killed.
std::string holder_of(const std::string& path) {
    constexpr auto step = std::chrono::milliseconds(5), patience = std::chrono::milliseconds(5000);
    std::string text;
    for (auto waited = step; waited < patience; waited += step) {
        if (auto read = support::read_file(path, 64)) text = std::move(read).value();
        const auto pid = static_cast<pid_t>(std::atol(text.c_str()));
        if (pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM)) break;
        std::this_thread::sleep_for(step);
    }
    return text.empty() ? "?" : support::printable(text);
}

} // namespace

namespace {

Result<void> lock_file(int fd, const std::string& path, const State& state, const Arguments& arguments) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
    const std::string other =
        "another slipway (process " + holder_of(path) + ") works in '" + state.folder + "'";
    if (!arguments.has("wait"))
        return Error{Kind::conflict, other, "wait for it, or use another --state folder"};
    tell(Priority::info, other + "; waiting for it\n");
    return ::flock(fd, LOCK_EX) == 0 ? Result<void>() : support::errno_error("locking '" + path + "'", errno);
}

} // namespace

Result<StateLock> StateLock::hold(const State& state, const Arguments& arguments) {
    const std::string path = state.folder + "/lock";
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd) return support::errno_error("opening '" + path + "'", errno);
    SLIPWAY_TRY(lock_file(fd.get(), path, state, arguments));
    if (::ftruncate(fd.get(), 0) != 0) return support::errno_error("writing '" + path + "'", errno);
    SLIPWAY_TRY(support::write_all(fd.get(), std::to_string(::getpid()), "'" + path + "'"));
    return StateLock(std::move(fd));
}

Result<StateLock> StateLock::take(const State& state, const Arguments& arguments) {
    SLIPWAY_TRY_ASSIGN(StateLock lock, hold(state, arguments));
    SLIPWAY_TRY(remove_leftovers(state));
    return lock;
}

Result<void> remove_leftovers(const State& state) {
    SLIPWAY_TRY(state.store.remove_drafts());
    for (const char* folder : draft_folders)
        SLIPWAY_TRY(support::remove_drafts(state.folder + folder));
    return worker::remove_work_folder(state.folder + "/work");
}

chain::Catalog open_catalog(const Arguments& arguments, worker::Loop& loop, journal::Journal* journal) {
    std::error_code failed;
    const std::string binary = fs::read_symlink("/proc/self/exe", failed).string();
    const auto folders =
        chain::plugin_search_path(arguments.values("plugin-dir"), std::getenv("SLIPWAY_PLUGIN_PATH"), binary);
    return chain::Catalog::open(loop, folders, journal);
}

Result<config::LoadOptions> load_options(const Arguments& arguments) {
    config::LoadOptions options;
    for (const std::string& text : arguments.values("set")) {
        SLIPWAY_TRY_ASSIGN(config::Setting setting, config::parse_setting(text));
        options.settings.push_back(std::move(setting));
    }
    for (const std::string& file : arguments.values("overrides")) {
        SLIPWAY_TRY_ASSIGN(auto overrides, config::read_overrides(file));
        std::ranges::move(overrides, std::back_inserter(options.overrides));
    }
    for (const std::string& text : arguments.values("override")) {
        SLIPWAY_TRY_ASSIGN(config::Override override_, config::parse_override(text));
        options.overrides.push_back(std::move(override_));
    }
    SLIPWAY_TRY_ASSIGN(options.epoch, epoch_of(arguments));
    return options;
}

json::Value to_json(const std::vector<config::Setting>& settings,
                    const std::vector<config::Override>& overrides) {
    json::Array set, overridden;
    for (const config::Setting& s : settings)
        set.push_back(json::Object{{"path", s.path}, {"value", s.value}});
    for (const config::Override& o : overrides) {
        json::Value one = json::Object{{"stage", o.stage},
                                       {"use", o.use},
                                       {"file", o.file.empty() ? "" : fs::absolute(o.file).string()}};
        if (o.with) one.set("with", *o.with);
        overridden.push_back(std::move(one));
    }
    return json::Object{{"settings", std::move(set)}, {"overrides", std::move(overridden)}};
}

config::LoadOptions parse_load_options(const json::Value& v, std::int64_t epoch) {
    config::LoadOptions options;
    for (const json::Value& s : v["settings"].as_array())
        options.settings.push_back({s["path"].as_string(), s["value"].as_string()});
    for (const json::Value& o : v["overrides"].as_array()) {
        config::Override change{o["stage"].as_string(), o["use"].as_string(), o["file"].as_string()};
        if (const json::Value* with = o.find("with")) change.with = *with;
        options.overrides.push_back(std::move(change));
    }
    options.epoch = epoch;
    return options;
}

std::variant<chain::Plan, int> planned(std::variant<config::Chain, config::Problems> chain,
                                       const chain::Catalog& catalog, const Arguments& arguments) {
    const auto print = [](const config::Problems& problems) {
        tell(Priority::error, config::render(problems));
        return int{exit_usage};
    };
    if (const auto* problems = std::get_if<config::Problems>(&chain)) return print(*problems);
    auto plan = chain::make_plan(std::move(std::get<config::Chain>(chain)), catalog);
    if (const auto* problems = std::get_if<config::Problems>(&plan)) return print(*problems);
    auto& made = std::get<chain::Plan>(plan);
    if (auto pinned = chain::check_plugins(made); !pinned) return complain(pinned.error());
    if (arguments.has("no-mocks") && made.mocked()) {
        std::string keys;
        for (const chain::PlannedStage& stage : made.stages)
            if (stage.mocked) keys += (keys.empty() ? "" : ", ") + stage.key();
        return complain({Kind::config, "the chain has mocked stages: " + keys, "run it without --no-mocks"});
    }
    return std::move(made);
}

journal::RunRecord new_run(const chain::Plan& plan, const config::LoadOptions& options,
                           const std::string& kind, const journal::Journal& journal) {
    journal::RunRecord run;
    do
        run.id = new_run_id();
    while (journal.find_run(run.id)); // of runs of the same second
    run.kind = kind;
    run.chain = plan.chain.name;
    run.version = plan.chain.version;
    run.path = plan.chain.path;
    run.folder = plan.chain.folder;
    run.text = plan.chain.text;
    run.settings = to_json(options.settings, plan.chain.overrides);
    run.settings.set("host", version);
    run.epoch = options.epoch;
    run.mocked = plan.mocked();
    run.created = chain::now_ms();
    run.pid = ::getpid();
    return run;
}

Result<chain::RunSettings> run_settings(const Arguments& arguments, const State& state, chain::Mode mode) {
    const std::string isolation = arguments.value("isolation", "process");
    if (isolation != "process" && isolation != "none")
        return Error{Kind::config, "--isolation: '" + isolation + "' is not known", "process or none"};
    const std::string sandbox = arguments.value("sandbox");
    const char* learn = worker::name_of(worker::SandboxMode::learn);
    if (arguments.has("learn") && (isolation == "none" || !sandbox.empty()))
        return Error{Kind::config, "--learn watches stages instead of holding them",
                     "leave out --isolation and --sandbox"};
    if (!sandbox.empty() && (sandbox == learn || !worker::parse_sandbox_mode(sandbox)))
        return Error{Kind::config, "--sandbox: '" + support::printable(sandbox) + "' is not known",
                     "required, best-effort or off"};
    const std::string all_cores = std::to_string(support::cores());
    SLIPWAY_TRY_ASSIGN(const std::int64_t jobs, parse_number(arguments.value("jobs", all_cores), "--jobs"));
    if (jobs == 0) return Error{Kind::config, "--jobs: at least 1"};
    support::use_cores(static_cast<unsigned>(std::min<std::int64_t>(jobs, 1 << 20)));
    chain::RunSettings settings;
    settings.mode = mode;
    settings.jobs = static_cast<int>(std::min<std::int64_t>(jobs, 256));
    settings.placement = isolation == "none" ? worker::Placement::thread : worker::Placement::process;
    settings.sandbox = arguments.has("learn") ? learn : sandbox;
    settings.state_folder = state.folder;
    settings.host_version = version;
    settings.secret_sources.credentials = environment("CREDENTIALS_DIRECTORY");
    if (arguments.has("secrets")) {
        auto named = chain::read_secret_sources(arguments.value("secrets"));
        if (!named) return std::move(named).error().in("--secrets");
        settings.secret_sources.named = std::move(named).value();
    }
    return settings;
}

namespace {

/// All that may be one: a variable that some other chain takes must not be seen either.
std::vector<std::string> secret_names(const chain::Plan& plan, const chain::SecretSources& sources) {
    std::vector<std::string> names;
    for (const auto& [name, source] : sources.named)
        names.push_back(name);
    for (const chain::PlannedStage& stage : plan.stages)
        names.insert(names.end(), stage.secrets.begin(), stage.secrets.end());
    return names;
}

Result<void> record_end(State& state, const journal::RunRecord& run, const chain::RunResult& result) {
    SLIPWAY_TRY(state.journal.set_run_state(run.id, result.state, chain::now_ms(), 0));
    (void)worker::remove_work_folder(state.folder + "/work/" + run.id);
    return result.state == "done" && run.kind == "run" ? keep_provenance(state, run.id) : Result<void>();
}

} // namespace

int execute(const Arguments& arguments, State& state, worker::Loop& loop, const chain::Plan& plan,
            const journal::RunRecord& run, std::vector<journal::StageRecord> records,
            const chain::RunSettings& settings) {
    chain::Secrets secrets(settings.secret_sources);
    secrets.take_environment(secret_names(plan, settings.secret_sources));
    const auto progress = make_progress(arguments, loop);
    chain::Runner runner(loop, state.store, state.journal, secrets, *progress, settings);
    const auto stop = [&runner] { runner.interrupt(); };
    const auto on_interrupt = loop.on_signal(SIGINT, stop);
    const auto on_terminate = loop.on_signal(SIGTERM, stop);
    const chain::RunResult result = runner.run(plan, run, std::move(records));
    progress->finish();
    if (!settings.record.empty())
        if (auto written = chain::write_replay_overrides(settings.record, plan); !written)
            (void)complain(written.error());
    auto recorded = record_end(state, run, result);
    loop.cancel(on_interrupt); // not before: what is done is written down, whatever signal comes
    loop.cancel(on_terminate);
    if (!recorded) return complain(recorded.error());
    if (result.state == "done") return exit_done;
    if (result.state == "waiting") return exit_waiting;
    if (result.state == "cancelled") return exit_cancelled;
    return result.conflict ? exit_conflict : exit_failed;
}

int conclude(const Arguments& arguments, const std::string& run, int code) {
    if (arguments.has("json") || arguments.has("quiet")) return code;
    if (code == exit_done) tell(Priority::info, fmt::format("next: slipway show {}\n", run));
    if (code == exit_waiting)
        tell(Priority::info, fmt::format("parked; go on with: slipway resume {}\n", run));
    if (code == exit_failed || code == exit_cancelled || code == exit_conflict)
        tell(Priority::info,
             fmt::format("what is done is kept; when the cause is gone: slipway resume {}\n", run));
    return code;
}

} // namespace slipway::host
