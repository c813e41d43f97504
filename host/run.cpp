// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway run, resume, plan, validate: everything that takes a chain.
#include "command.hpp"
#include "provenance.hpp"
#include "report.hpp"
#include "session.hpp"

#include <chain/pin.hpp>
#include <chain/plugin_pin.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace slipway::host {

namespace json = support::json;

namespace {

/// A chain with all that running it takes.
struct Opened {
    State state;
    config::LoadOptions options;
    worker::Loop loop{};
    chain::Catalog catalog{};
    chain::Plan plan{};
};

/// Either the chain of the command line, or the exit code after the problem was printed.
std::variant<std::unique_ptr<Opened>, int> open_chain(const Arguments& arguments) {
    auto options = load_options(arguments);
    if (!options) return complain(options.error());
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    std::unique_ptr<Opened> opened(new Opened{std::move(state).value(), std::move(options).value()});
    opened->catalog = open_catalog(arguments, opened->loop, &opened->state.journal);
    auto plan = planned(config::load(arguments.first(), opened->options), opened->catalog, arguments);
    if (const int* code = std::get_if<int>(&plan)) return *code;
    opened->plan = std::move(std::get<chain::Plan>(plan));
    return opened;
}

support::Result<json::Value> pin_to(chain::Plan& plan, const std::string& path, const State& state) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(path));
    auto pinned = chain::pin(plan, text, state.store);
    if (!pinned) return std::move(pinned).error().in("'" + path + "'");
    return pinned;
}

support::Result<json::Value> pin_plugins_to(chain::Plan& plan, const std::string& path) {
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(path));
    SLIPWAY_TRY_ASSIGN(json::Value plugins, chain::plugins_of_lock(text));
    if (auto pinned = chain::pin_plugins(plan, plugins); !pinned)
        return std::move(pinned).error().in("'" + path + "'");
    return plugins;
}

/// Run an opened chain as a new run (or plan); the exit code, and the run's id in `id`.
int start(const Arguments& arguments, Opened& opened, chain::Mode mode, std::string& id) {
    auto settings = run_settings(arguments, opened.state, mode);
    if (!settings) return complain(settings.error());
    auto lock = StateLock::take(opened.state);
    if (!lock) return complain(lock.error());
    journal::RunRecord run = new_run(opened.plan, opened.options, mode == chain::Mode::plan ? "plan" : "run");
    if (arguments.has("locked")) {
        auto pinned = pin_to(opened.plan, arguments.value("locked"), opened.state);
        if (!pinned) return complain(pinned.error());
        run.settings.set("locked", std::move(pinned).value());
        auto plugins = pin_plugins_to(opened.plan, arguments.value("locked"));
        if (!plugins) return complain(plugins.error());
        run.settings.set("plugins", std::move(plugins).value());
    }
    id = run.id;
    auto records = chain::new_records(opened.plan);
    if (auto added = opened.state.journal.add_run(run, records); !added) return complain(added.error());
    return execute(arguments, opened.state, opened.loop, opened.plan, run, std::move(records),
                   settings.value());
}

/// The last lines of a run: where it stands and what to do next.
int conclude(const Arguments& arguments, const std::string& run, int code) {
    if (arguments.has("json") || arguments.has("quiet")) return code;
    if (code == exit_done) fmt::print(stderr, "next: slipway show {}\n", run);
    if (code == exit_waiting) fmt::print(stderr, "parked; go on with: slipway resume {}\n", run);
    if (code == exit_failed || code == exit_cancelled || code == exit_conflict)
        fmt::print(stderr, "what is done is kept; when the cause is gone: slipway resume {}\n", run);
    return code;
}

void tell_lessons(const Arguments& arguments, const Opened& opened, const std::string& run) {
    const auto events = opened.state.journal.events(run);
    // As JSON they are among the events.
    if (events && !arguments.has("json"))
        fmt::print("{}", lessons_text(chain::lessons(opened.plan, events.value(), opened.state.folder)));
}

int run_chain(const Arguments& arguments) {
    auto opened = open_chain(arguments);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    std::string id;
    const int code = start(arguments, *std::get<0>(opened), chain::Mode::run, id);
    if (arguments.has("learn") && !id.empty()) tell_lessons(arguments, *std::get<0>(opened), id);
    return id.empty() ? code : conclude(arguments, id, code);
}

/// The run is done. If the host was killed between writing that down and writing its provenance, do the
/// latter.
int already_done(const State& state, const std::string& run) {
    if (!has_provenance(state, run)) {
        auto lock = StateLock::take(state);
        if (!lock) return complain(lock.error());
        if (auto kept = keep_provenance(state, run); !kept) return complain(kept.error());
    }
    fmt::print(stderr, "run {} is done; nothing to resume\n", run);
    return exit_done;
}

int resume_run(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    journal::Journal& journal = state.value().journal;
    auto found = journal.find_run(arguments.first());
    if (!found) return complain(found.error());
    const journal::RunRecord& run = found.value();
    if (run.kind != "run")
        return complain(
            {support::Kind::config, "'" + run.id + "' is a plan, not a run", "slipway runs lists them"});
    if (run.state == "done") {
        return already_done(state.value(), run.id);
    }
    auto settings = run_settings(arguments, state.value(), chain::Mode::run);
    if (!settings) return complain(settings.error());
    auto lock = StateLock::take(state.value());
    if (!lock) return complain(lock.error());
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, &journal);
    auto chain = config::load_text(run.text, run.path, parse_load_options(run.settings, run.epoch));
    if (auto* loaded = std::get_if<config::Chain>(&chain)) loaded->folder = run.folder;
    auto plan = planned(std::move(chain), catalog, arguments);
    if (const int* code = std::get_if<int>(&plan)) return *code;
    chain::resume_pins(std::get<chain::Plan>(plan), run.settings["locked"]);
    if (auto pinned = chain::pin_plugins(std::get<chain::Plan>(plan), run.settings["plugins"]); !pinned)
        return complain(pinned.error());
    auto records = journal.stages(run.id);
    if (!records) return complain(records.error());
    if (auto saved = journal.set_run_state(run.id, "running", 0, ::getpid()); !saved)
        return complain(saved.error());
    const int code = execute(arguments, state.value(), loop, std::get<chain::Plan>(plan), run,
                             std::move(records).value(), settings.value());
    return conclude(arguments, run.id, code);
}

int validate_chain(const Arguments& arguments) {
    auto options = load_options(arguments);
    if (!options) return complain(options.error());
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, nullptr);
    auto plan = planned(config::load(arguments.first(), options.value()), catalog, arguments);
    if (const int* code = std::get_if<int>(&plan)) return *code;
    const auto& made = std::get<chain::Plan>(plan);
    fmt::print("{}: valid: {} {}, {} stages in {} cells\n", arguments.first(), made.chain.name,
               made.chain.version, made.chain.stages.size(), made.stages.size());
    return exit_done;
}

int plan_chain(const Arguments& arguments) {
    auto opened = open_chain(arguments);
    if (const int* code = std::get_if<int>(&opened)) return *code;
    Opened& it = *std::get<0>(opened);
    const bool as_json = arguments.has("json");
    if (arguments.has("wiring")) {
        fmt::print("{}", as_json ? json::dump_pretty(wiring_json(it.plan)) : wiring_text(it.plan));
        return exit_done;
    }
    std::string id;
    const int code = start(arguments, it, chain::Mode::plan, id);
    if (id.empty() || as_json) return code;
    fmt::print("{}{}", wiring_text(it.plan), effects_text(it.state.journal, id));
    if (code == exit_done)
        fmt::print("\nNothing outside the store has been changed. slipway run {} does it.\n",
                   arguments.first());
    return code;
}

} // namespace

Command run_command() {
    return {
        {"run", "CHAIN", "run a chain",
         "Runs the stages of CHAIN (a file, or - for standard input). What is unchanged since an earlier\n"
         "run is not made again. After a failure, `slipway resume` goes on where it stopped.",
         "slipway run archlinux.json --set stages.publish.with.remote=/srv/git/test.git",
         std::vector<Option>{
             {"locked", 0, "FILE", "take exactly what FILE says, which slipway lock wrote"},
             {"learn", 0, "", "run every stage, watch it, and propose what its plugin should declare"}}
             + chain_options() + execute_options() + plugin_options() + state_options(),
         1, 1},
        &run_chain};
}

Command resume_command() {
    return {
        {"resume", "[RUN]", "go on with a failed, cancelled, crashed or parked run",
         "Goes on with RUN (an id or the beginning of one; default: the newest run) as it was started: the\n"
         "chain, its settings and its epoch are those of the journal. Stages that are done stay done.",
         "slipway resume 20261105-0200", execute_options() + plugin_options() + state_options(), 0, 1},
        &resume_run};
}

Command plan_command() {
    return {
        {"plan", "CHAIN", "show what a run would do, and every effect it would have",
         "Makes everything that stays in the store, lets the stages with effects tell what they would do,\n"
         "and changes nothing else. A run afterwards uses what was made.",
         "slipway plan archlinux.json",
         std::vector<Option>{{"wiring", 'w', "", "only show which output goes to which input; make nothing"}}
             + chain_options() + execute_options() + plugin_options() + state_options(),
         1, 1},
        &plan_chain};
}

Command validate_command() {
    return {{"validate", "CHAIN", "check a chain file without running anything",
             "Checks syntax, options, variables and wiring, and reports every problem at once.",
             "slipway validate archlinux.json", chain_options() + plugin_options(), 1, 1},
            &validate_chain};
}

} // namespace slipway::host
