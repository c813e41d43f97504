// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway lock: run the stages that take things from the world, and write down exactly what they took.
#include "command.hpp"
#include "session.hpp"

#include <chain/pin.hpp>
#include <chain/plugin_pin.hpp>
#include <fmt/format.h>

namespace slipway::host {

namespace json = support::json;

namespace {

support::Result<json::Value> lock_of(const State& state, const std::string& run, const json::Value& plugins) {
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run));
    SLIPWAY_TRY_ASSIGN(const auto locks, chain::made_locks(stages, state.store));
    return chain::join_locks(locks, plugins);
}

int write_lock(const Arguments& arguments, const json::Value& lock) {
    const std::string text = json::dump_pretty(lock);
    if (!arguments.has("output")) {
        fmt::print("{}", text);
        return exit_done;
    }
    auto written = support::write_file(arguments.value("output"), text);
    return written ? int{exit_done} : complain(written.error());
}

int lock_chain(const Arguments& arguments) {
    auto options = load_options(arguments);
    if (!options) return complain(options.error());
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, &state.value().journal);
    auto planned_or_code = planned(config::load(arguments.first(), options.value()), catalog, arguments);
    if (const int* code = std::get_if<int>(&planned_or_code)) return *code;
    const json::Value plugins = chain::plugins_of(std::get<chain::Plan>(planned_or_code));
    auto plan = chain::only_locks(std::move(std::get<chain::Plan>(planned_or_code)));
    if (!plan) return complain(plan.error());
    auto settings = run_settings(arguments, state.value(), chain::Mode::run);
    if (!settings) return complain(settings.error());
    auto held = StateLock::take(state.value(), arguments);
    if (!held) return complain(held.error());
    const journal::RunRecord run = new_run(plan.value(), options.value(), "plan", state.value().journal);
    auto records = chain::new_records(plan.value());
    if (auto added = state.value().journal.add_run(run, records); !added) return complain(added.error());
    const int code =
        execute(arguments, state.value(), loop, plan.value(), run, std::move(records), settings.value());
    if (code != exit_done) return code;
    auto lock = lock_of(state.value(), run.id, plugins);
    return lock ? write_lock(arguments, lock.value()) : complain(lock.error());
}

} // namespace

Command lock_command() {
    auto options = chain_options() + execute_options() + plugin_options() + state_options();
    // Events on standard output would be in the lock's way.
    std::erase_if(options, [](const Option& option) { return option.name == "json"; });
    return {
        {"lock", "CHAIN", "write down exactly what a run would take from the world",
         "Runs the stages of CHAIN that make a lock (and what they need), and writes it, with the digests of "
         "the\n"
         "plugins of all stages. A later `slipway run --locked FILE` takes the same again, or fails.",
         "slipway lock archlinux.json -o archlinux.lock",
         std::vector<Option>{{"output", 'o', "FILE", "where to write; default: standard output"}} + options,
         1, 1},
        &lock_chain};
}

} // namespace slipway::host
