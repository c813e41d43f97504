// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway run, plan, validate: everything that takes a chain.
#include "command.hpp"
#include "report.hpp"
#include "session.hpp"

#include <chain/pin.hpp>
#include <chain/plugin_pin.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace slipway::host {

namespace fs = std::filesystem;
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

/// Made, and empty: what lies there from another run would be replayed, too.
support::Result<std::string> recording_folder(const std::string& path) {
    const std::string folder = fs::absolute(path).lexically_normal().string();
    SLIPWAY_TRY(support::make_dirs(folder));
    std::error_code failed;
    if (fs::is_empty(folder, failed)) return folder;
    return support::Error{support::Kind::config, "--record: '" + path + "' is not empty",
                          "choose another folder, or remove it"};
}

/// Run an opened chain as a new run (or plan); the exit code, and the run's id in `id`.
int start(const Arguments& arguments, Opened& opened, chain::Mode mode, std::string& id) {
    auto settings = run_settings(arguments, opened.state, mode);
    if (!settings) return complain(settings.error());
    auto lock = StateLock::take(opened.state, arguments);
    if (!lock) return complain(lock.error());
    journal::RunRecord run = new_run(opened.plan, opened.options, mode == chain::Mode::plan ? "plan" : "run",
                                     opened.state.journal);
    if (arguments.has("locked")) {
        auto pinned = pin_to(opened.plan, arguments.value("locked"), opened.state);
        if (!pinned) return complain(pinned.error());
        run.settings.set("locked", std::move(pinned).value());
        auto plugins = pin_plugins_to(opened.plan, arguments.value("locked"));
        if (!plugins) return complain(plugins.error());
        run.settings.set("plugins", std::move(plugins).value());
    }
    if (arguments.has("record")) {
        auto folder = recording_folder(arguments.value("record"));
        if (!folder) return complain(folder.error());
        settings.value().record = folder.value();
        run.settings.set("record", folder.value());
    }
    id = run.id;
    auto records = chain::new_records(opened.plan);
    if (auto added = opened.state.journal.add_run(run, records); !added) return complain(added.error());
    return execute(arguments, opened.state, opened.loop, opened.plan, run, std::move(records),
                   settings.value());
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
             {"record", 0, "DIR", "write down what every stage sees and does, for mocks to replay"},
             {"learn", 0, "", "run every stage, watch it, and propose what its plugin should declare"}}
             + chain_options() + execute_options() + wait_options() + plugin_options() + state_options(),
         1, 1},
        &run_chain};
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
