// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway diff: what has changed between two locks, or the locks of two runs.
#include "command.hpp"
#include "session.hpp"

#include <chain/pin.hpp>
#include <fmt/format.h>
#include <support/package_diff.hpp>

#include <algorithm>
#include <filesystem>

namespace slipway::host {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

using chain::Locks;

Result<Locks> of_run(const Arguments& arguments, const std::string& id) {
    SLIPWAY_TRY_ASSIGN(State state, open_state(arguments));
    SLIPWAY_TRY_ASSIGN(const auto run, state.journal.find_run(id));
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(Locks locks, chain::made_locks(stages, state.store));
    if (locks.empty())
        return Error{Kind::not_found, "run '" + run.id + "' has made no lock", "slipway show " + run.id};
    if (locks.size() == 1) locks.front().first.clear(); // as a file with a single lock
    return locks;
}

/// A file if there is one of that name, else a run.
Result<Locks> locks_of(const Arguments& arguments, const std::string& what) {
    if (!std::filesystem::exists(what)) return of_run(arguments, what);
    SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(what));
    auto locks = chain::split_locks(text);
    if (!locks) return std::move(locks).error().in("'" + what + "'");
    return locks;
}

const json::Value& find(const Locks& locks, const std::string& key) {
    static const json::Value none;
    const auto it = std::ranges::find(locks, key, &Locks::value_type::first);
    return it == locks.end() ? none : it->second;
}

int diff(const Arguments& arguments) {
    auto before = locks_of(arguments, arguments.positional()[0]);
    if (!before) return complain(before.error());
    auto after = locks_of(arguments, arguments.positional()[1]);
    if (!after) return complain(after.error());
    std::vector<std::string> keys;
    for (const auto* locks : {&before.value(), &after.value()})
        for (const auto& [key, lock] : *locks)
            if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    json::Value all = json::Object{};
    std::string text;
    for (const std::string& key : keys) {
        json::Value changes = support::diff_packages(find(before.value(), key), find(after.value(), key));
        const std::string lines = support::package_diff_text(changes);
        if (!lines.empty()) text += (key.empty() ? "" : key + "\n") + lines;
        all.set(key, std::move(changes));
    }
    const bool single = keys.size() == 1 && keys.front().empty();
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(single ? all[""] : all));
    else
        fmt::print("{}", text.empty() ? "no difference\n" : text);
    return exit_done;
}

} // namespace

Command diff_command() {
    return {
        {"diff", "A B", "show what has changed between two locks or runs",
         "Compares the packages of A and B, each a file that `slipway lock` wrote, or a run.",
         "slipway diff old.lock new.lock",
         std::vector<Option>{{"json", 0, "", "as JSON, by stage where there are several"}} + state_options(),
         2, 2},
        &diff};
}

} // namespace slipway::host
