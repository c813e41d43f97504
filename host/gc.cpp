// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway gc: remove what nothing needs any more from the state folder.
#include "command.hpp"
#include "gc/collect.hpp"
#include "session.hpp"

#include <chain/event.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

namespace slipway::host {

namespace json = support::json;
using gc::Collected;
using journal::RunRecord;
using support::Amount;
using support::Change;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<gc::Retention> retention_of(const Arguments& arguments) {
    gc::Retention retention;
    if (arguments.has("keep")) {
        const std::string text = arguments.value("keep");
        retention.newest = whole_number(text);
        if (!retention.newest)
            return Error{Kind::config, "--keep: '" + support::printable(text) + "' is no number",
                         "so many runs of each chain, 0 or more"};
    }
    if (arguments.has("older-than")) {
        const std::string text = arguments.value("older-than");
        retention.age = support::parse_duration(text);
        if (!retention.age)
            return Error{Kind::config, "--older-than: '" + support::printable(text) + "' is no time",
                         "a number and s, m, h or d, such as 90d"};
    }
    retention.forget = arguments.has("forget");
    if (retention.forget && !retention.newest && !retention.age)
        return Error{Kind::config, "--forget: without a word which runs are old",
                     "add --keep N, --older-than TIME or both"};
    return retention;
}

struct Row {
    const char* name; ///< in JSON
    const char* one;
    const char* several;
    Amount amount;
};

std::vector<Row> rows_of(const Collected& collected) {
    return {{"artifacts", "artifact", "artifacts", collected.artifacts},
            {"leftovers", "file of a killed process", "files of killed processes", collected.leftovers},
            {"provenance", "provenance", "provenances", collected.provenance},
            {"rebuilds", "file of a rebuild", "files of rebuilds", collected.rebuilds},
            {"caches", "file of an unused cache", "files of unused caches", collected.caches}};
}

std::string run_line(const RunRecord& run, const char* what) {
    return fmt::format("{}  {:<9}  {} {}: {}\n", run.id, run.state, run.chain, run.version, what);
}

std::string text_of(const Collected& collected, Change change) {
    const bool told = change == Change::told;
    std::string text;
    for (const RunRecord& run : collected.forgotten)
        text += run_line(run, told ? "would be removed" : "removed");
    for (const RunRecord& run : collected.emptied)
        text += run_line(run, told ? "its artifacts would be removed" : "its artifacts have been removed");
    for (const Row& row : rows_of(collected))
        if (row.amount.files > 0)
            text +=
                fmt::format("{} {}, {}\n", row.amount.files, row.amount.files == 1 ? row.one : row.several,
                            support::human_bytes(row.amount.bytes));
    if (text.empty()) return "nothing to remove\n";
    const std::string bytes = support::human_bytes(collected.total().bytes);
    return text + (told ? bytes + " would be freed; nothing has been removed\n" : bytes + " freed\n");
}

json::Value runs_json(const std::vector<RunRecord>& runs) {
    json::Array list;
    for (const RunRecord& run : runs)
        list.push_back(json::Object{
            {"run", run.id}, {"chain", run.chain}, {"version", run.version}, {"state", run.state}});
    return list;
}

json::Value json_of(const Collected& collected, Change change) {
    json::Value all = json::Object{{"slipway_gc", 1},
                                   {"dry_run", change == Change::told},
                                   {"runs_removed", runs_json(collected.forgotten)},
                                   {"runs_emptied", runs_json(collected.emptied)}};
    for (const Row& row : rows_of(collected))
        all.set(row.name, json::Object{{"files", row.amount.files}, {"bytes", row.amount.bytes}});
    all.set("freed_bytes", collected.total().bytes);
    return all;
}

int collect_garbage(const Arguments& arguments) {
    const auto retention = retention_of(arguments);
    if (!retention) return complain(retention.error());
    auto state = open_state(arguments);
    if (!state) return complain(state.error());
    auto lock = StateLock::hold(state.value(), arguments);
    if (!lock) return complain(lock.error());
    const Change change = arguments.has("dry-run") ? Change::told : Change::made;
    const auto collected = gc::collect(state.value(), retention.value(), change, chain::now_ms());
    if (!collected) return complain(collected.error());
    fmt::print("{}", arguments.has("json") ? json::dump_pretty(json_of(collected.value(), change))
                                           : text_of(collected.value(), change));
    return exit_done;
}

} // namespace

Command gc_command() {
    return {
        {"gc", "", "remove what nothing needs any more, and old runs",
         "Removes from the state folder: artifacts that no run and no kept result names, what killed "
         "processes left,\n"
         "rebuilds that were broken off, and caches of stages that no run has and nobody has used for 100 "
         "days.\n"
         "With --keep, --older-than or both (then what both let go) old runs go, too. Of an old release its "
         "record\n"
         "and its documents (locks, manifests, SBOMs) stay, for reports, comparisons and rebuilds. Always "
         "kept are\n"
         "runs that wait or were interrupted, what has failed since the last release, and each chain's last "
         "release.",
         "slipway gc --keep 3 --dry-run",
         std::vector<Option>{{"keep", 0, "N", "let go all but the newest N runs (and N plans) of each chain"},
                             {"older-than", 0, "TIME", "let go runs that ended longer ago: 90d, 12h"},
                             {"forget", 0, "", "remove old releases altogether"},
                             {"dry-run", 'n', "", "only say what would be removed"},
                             {"json", 0, "", "as JSON"}}
             + wait_options() + state_options(),
         0, 0},
        &collect_garbage};
}

} // namespace slipway::host
