// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway status, runs, show, log: what the journal knows.
#include "command.hpp"
#include "monitor.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "session.hpp"

#include <chain/event.hpp>
#include <fmt/format.h>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>

namespace slipway::host {

namespace json = support::json;

namespace {

const Option json_option{"json", 0, "", "as JSON"};

std::string run_line(const journal::RunRecord& run) {
    return fmt::format("{}  {:<11}  {} {}{}\n", run.id, shown_state(run), run.chain, run.version,
                       run.mocked ? "  MOCKED" : "");
}

int list_runs(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto runs = state.value().journal.runs();
    if (!runs) return complain(runs.error());
    json::Array list;
    std::string text;
    for (const journal::RunRecord& run : runs.value()) {
        if (run.kind != "run" && !arguments.has("plans")) continue;
        list.push_back(run_json(run, {}));
        text += run_line(run);
    }
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(list));
    else
        fmt::print("{}", text.empty() ? "no runs yet; slipway run CHAIN makes one\n" : text);
    return exit_done;
}

/// The exit code a run's state stands for.
int code_of(const std::string& state) {
    if (state == "done") return exit_done;
    if (state == "waiting") return exit_waiting;
    return state == "cancelled" ? exit_cancelled : exit_failed;
}

int show_run(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto run = state.value().journal.find_run(arguments.first());
    if (!run) return complain(run.error());
    auto stages = state.value().journal.stages(run.value().id);
    if (!stages) return complain(stages.error());
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(run_json(run.value(), stages.value())));
    else
        fmt::print("{}", run_text(run.value(), stages.value()));
    return exit_done;
}

/// What wants attention: runs that are not done, and the newest of each chain.
int show_status(const Arguments& arguments) {
    if (arguments.has("check")) return check_status(arguments);
    for (const Option& option : monitor_options())
        if (arguments.has(option.name))
            return complain({support::Kind::config, "--" + option.name + " is for --check",
                             "slipway status --check --" + option.name + " " + option.value_name});
    if (!arguments.positional().empty())
        return complain({support::Kind::config,
                         "'" + arguments.first() + "': only --check looks at one chain",
                         "slipway status shows all"});
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto runs = state.value().journal.runs();
    if (!runs) return complain(runs.error());
    std::vector<std::string> seen;
    json::Array list;
    std::string text;
    int code = exit_done;
    for (const journal::RunRecord& run : runs.value()) {
        if (run.kind != "run") continue;
        const bool newest = std::ranges::find(seen, run.chain) == seen.end();
        if (newest) seen.push_back(run.chain);
        const std::string shown = shown_state(run);
        if (!newest && shown != "waiting" && shown != "running") continue;
        if (newest && shown != "running" && code == exit_done) code = code_of(shown);
        auto stages = state.value().journal.stages(run.id);
        if (!stages) return complain(stages.error());
        list.push_back(run_json(run, stages.value()));
        text += run_line(run);
        for (const auto& stage : stages.value())
            if (!stage.message.empty() && stage.state != "done")
                text += fmt::format("    {} {}: {}\n", stage.key, stage.state, stage.message);
        if (shown == "waiting")
            text += fmt::format(
                "    parked; started {} ago\n",
                support::human_duration(std::chrono::milliseconds(chain::now_ms() - run.created)));
        if (shown != "done" && shown != "running") text += fmt::format("    slipway resume {}\n", run.id);
    }
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(list));
    else
        fmt::print("{}", text.empty() ? "no runs yet; slipway run CHAIN makes one\n" : text);
    return code;
}

int show_log(const Arguments& arguments) {
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto run = state.value().journal.find_run(arguments.first());
    if (!run) return complain(run.error());
    const std::string only = arguments.value("stage");
    std::int64_t after = 0;
    for (;;) {
        auto events = state.value().journal.events(run.value().id, after);
        if (!events) return complain(events.error());
        for (const chain::Event& event : events.value()) {
            after = event.sequence;
            if (!only.empty() && event.stage != only && !event.stage.starts_with(only + "[")) continue;
            const std::string text =
                arguments.has("json") ? json::dump(to_json(event)) : describe(event, Colour::off);
            if (text.empty()) continue;
            const std::string time = support::format_time("%H:%M:%S", event.time / 1000).value_or("");
            fmt::print("{}{}\n", arguments.has("json") ? "" : time + "  ", text);
        }
        (void)std::fflush(stdout);
        auto now = state.value().journal.find_run(run.value().id);
        if (!arguments.has("follow") || !now || shown_state(now.value()) != "running") return exit_done;
        ::usleep(200'000);
    }
}

} // namespace

Command runs_command() {
    return {{"runs", "", "list runs, newest first", "Lists all runs of the state folder.",
             "slipway runs --json",
             std::vector<Option>{json_option, {"plans", 0, "", "list plans too"}} + state_options(), 0, 0},
            &list_runs};
}

Command show_command() {
    return {{"show", "[RUN]", "show a run: its stages, times and digests",
             "Shows RUN (an id or the beginning of one; default: the newest run).", "slipway show --json",
             std::vector<Option>{json_option} + state_options(), 0, 1},
            &show_run};
}

Command status_command() {
    return {
        {"status", "[CHAIN...]", "show what wants attention",
         "Shows the newest run of every chain and all parked runs. Exits with 0 if all newest runs are done\n"
         "or running, else with the code of one that is not (1, 75 or 130). --check tells it to a "
         "monitoring\n"
         "system, of all chains or of each CHAIN (its name).",
         "slipway status --check archlinux --release-age 35d,45d",
         std::vector<Option>{json_option} + monitor_options() + state_options(), 0, 100},
        &show_status};
}

Command log_command() {
    return {{"log", "[RUN]", "show what the stages of a run said",
             "Shows the events of RUN (default: the newest run).", "slipway log --stage rootfs",
             std::vector<Option>{
                 {"stage", 0, "STAGE", "only this stage (all its cells, or one: rootfs[group=base])"},
                 {"follow", 'f', "", "go on until the run ends"},
                 json_option}
                 + state_options(),
             0, 1},
            &show_log};
}

} // namespace slipway::host
