// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a command works on: the state folder, the loop, the secrets.
#pragma once

#include "options.hpp"

#include <chain/catalog.hpp>
#include <chain/plan.hpp>
#include <chain/runner.hpp>
#include <chain/secrets.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>
#include <worker/loop.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace slipway::host {

/// The state folder: --state, $SLIPWAY_STATE, /var/lib/slipway for root, else the XDG state folder.
std::string state_folder(const Arguments& arguments);

/// An opened state folder.
struct State {
    std::string folder;
    store::Store store;
    journal::Journal journal;
};

support::Result<State> open_state(const Arguments& arguments);

/// The right to change the state folder: one host at a time. Kind::conflict names the process that has it.
/// With --wait, waits for its end instead.
class StateLock {
public:
    /// Drafts and work folders of killed runs are removed.
    static support::Result<StateLock> take(const State& state, const Arguments& arguments);

    /// The same, and nothing is removed.
    static support::Result<StateLock> hold(const State& state, const Arguments& arguments);

private:
    explicit StateLock(support::UniqueFd fd) : fd_(std::move(fd)) {}

    support::UniqueFd fd_;
};

/// Where stages and hosts write below the state folder what gets another name when it is whole.
inline constexpr const char* draft_folders[] = {"/cache", "/provenance"};

/// Remove drafts and work folders. The lock is held.
support::Result<void> remove_leftovers(const State& state);

/// The plugins of the search path.
chain::Catalog open_catalog(const Arguments& arguments, worker::Loop& loop, journal::Journal* journal);

/// --set, --override and --epoch.
support::Result<config::LoadOptions> load_options(const Arguments& arguments);
support::json::Value to_json(const std::vector<config::Setting>& settings,
                             const std::vector<config::Override>& overrides);
config::LoadOptions parse_load_options(const support::json::Value& json, std::int64_t epoch);

/// Either a plan or, after the problems were printed, the exit code.
std::variant<chain::Plan, int> planned(std::variant<config::Chain, config::Problems> chain,
                                       const chain::Catalog& catalog, const Arguments& arguments);

/// The options of execute_options().
support::Result<chain::RunSettings> run_settings(const Arguments& arguments, const State& state,
                                                 chain::Mode mode);

/// Run `plan` as `run`: progress, Ctrl-C, exit code.
int execute(const Arguments& arguments, State& state, worker::Loop& loop, const chain::Plan& plan,
            const journal::RunRecord& run, std::vector<journal::StageRecord> records,
            const chain::RunSettings& settings);

/// Say where the run stands and what to do next; returns `code`.
int conclude(const Arguments& arguments, const std::string& run, int code);

/// A new run's record for `plan`, under an id that is not in the journal. Under the state folder's lock.
journal::RunRecord new_run(const chain::Plan& plan, const config::LoadOptions& options,
                           const std::string& kind, const journal::Journal& journal);

} // namespace slipway::host
