// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway resume: go on with a run, or with every parked one.
#include "command.hpp"
#include "provenance.hpp"
#include "session.hpp"
#include "tell.hpp"

#include <chain/pin.hpp>
#include <chain/plugin_pin.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace slipway::host {

namespace {

int nothing_to_resume(const std::string& run) {
    tell(Priority::info, fmt::format("run {} is done; nothing to resume\n", run));
    return exit_done;
}

/// The run is done. If the host was killed between writing that down and writing its provenance, do the
/// latter.
int already_done(const Arguments& arguments, const State& state, const std::string& run) {
    if (!has_provenance(state, run)) {
        auto lock = StateLock::take(state, arguments);
        if (!lock) return complain(lock.error());
        if (auto kept = keep_provenance(state, run); !kept) return complain(kept.error());
    }
    return nothing_to_resume(run);
}

/// The lock is held.
int go_on(const Arguments& arguments, State& state, const journal::RunRecord& run,
          chain::RunSettings settings) {
    journal::Journal& journal = state.journal;
    worker::Loop loop;
    const chain::Catalog catalog = open_catalog(arguments, loop, &journal);
    auto chain = config::load_text(run.text, run.path, parse_load_options(run.settings, run.epoch));
    if (auto* loaded = std::get_if<config::Chain>(&chain)) loaded->folder = run.folder;
    auto plan = planned(std::move(chain), catalog, arguments);
    if (const int* code = std::get_if<int>(&plan)) return *code;
    settings.record = run.settings["record"].as_string();
    chain::resume_pins(std::get<chain::Plan>(plan), run.settings["locked"]);
    if (auto pinned = chain::pin_plugins(std::get<chain::Plan>(plan), run.settings["plugins"]); !pinned)
        return complain(pinned.error());
    auto records = journal.stages(run.id);
    if (!records) return complain(records.error());
    if (auto saved = journal.set_run_state(run.id, "running", 0, ::getpid()); !saved)
        return complain(saved.error());
    const int code = execute(arguments, state, loop, std::get<chain::Plan>(plan), run,
                             std::move(records).value(), settings);
    return conclude(arguments, run.id, code);
}

/// What two exit codes come to: a failure counts more than waiting, waiting more than being done.
int worse(int a, int b) {
    const auto rank = [](int code) { return code == exit_done ? 0 : code == exit_waiting ? 1 : 2; };
    return rank(b) > rank(a) ? b : a;
}

/// Every parked run, the oldest first.
int resume_parked(const Arguments& arguments, State& state, const chain::RunSettings& settings) {
    auto lock = StateLock::take(state, arguments);
    if (!lock) return complain(lock.error());
    auto runs = state.journal.runs();
    if (!runs) return complain(runs.error());
    int code = exit_done;
    for (auto run = runs.value().rbegin(); run != runs.value().rend(); ++run) {
        if (run->kind != "run" || run->state != "waiting") continue;
        code = worse(code, go_on(arguments, state, *run, settings));
        if (code == exit_cancelled) break;
    }
    return code;
}

int resume_run(const Arguments& arguments) {
    if (arguments.has("parked") && !arguments.first().empty())
        return complain({support::Kind::config, "--parked: '" + arguments.first() + "' is given, too",
                         "either all parked runs, or one RUN"});
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto settings = run_settings(arguments, state.value(), chain::Mode::run);
    if (!settings) return complain(settings.error());
    if (arguments.has("parked")) return resume_parked(arguments, state.value(), settings.value());
    auto found = state.value().journal.find_run(arguments.first());
    if (!found) return complain(found.error());
    const journal::RunRecord& run = found.value();
    if (run.kind != "run")
        return complain(
            {support::Kind::config, "'" + run.id + "' is a plan, not a run", "slipway runs lists them"});
    if (run.state == "done") return already_done(arguments, state.value(), run.id);
    auto lock = StateLock::take(state.value(), arguments);
    if (!lock) return complain(lock.error());
    auto now = state.value().journal.find_run(run.id); // another slipway may have gone on with it meanwhile
    if (!now) return complain(now.error());
    if (now.value().state == "done") return nothing_to_resume(run.id);
    return go_on(arguments, state.value(), now.value(), settings.value());
}

} // namespace

Command resume_command() {
    return {
        {"resume", "[RUN]", "go on with a failed, cancelled, crashed or parked run",
         "Goes on with RUN (an id or the beginning of one; default: the newest run) as it was started: the\n"
         "chain, its settings and its epoch are those of the journal. Stages that are done stay done.",
         "slipway resume 20261105-0200",
         std::vector<Option>{{"parked", 0, "", "go on with every parked run, the oldest first"},
                             {"no-mocks", 0, "", "refuse a run that has mocked stages"}}
             + execute_options() + wait_options() + plugin_options() + state_options(),
         0, 1},
        &resume_run};
}

} // namespace slipway::host
