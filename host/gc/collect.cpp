// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/collect.hpp"

#include "gc/folders.hpp"
#include "gc/needs.hpp"

#include <worker/user_namespace.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace slipway::host::gc {

using journal::RunRecord;
using journal::Time;
using support::Amount;
using support::Change;
using support::Result;

namespace {

class Collector {
public:
    Collector(State& state, Change change, Time now) : state_(state), change_(change), now_(now) {}

    Result<Collected> collect(const Retention& retention) {
        SLIPWAY_TRY(clean());
        SLIPWAY_TRY_ASSIGN(const auto runs, state_.journal.runs(journal::Journal::all_runs));
        const auto shares = shares_of(runs, retention, now_);
        SLIPWAY_TRY_ASSIGN(const Needs needs, Needs::of(state_.journal, runs, shares));
        std::ranges::copy_if(runs, std::back_inserter(collected_.forgotten),
                             [&](const RunRecord& run) { return shares.at(run.id) == Share::nothing; });
        SLIPWAY_TRY(forget(needs));
        SLIPWAY_TRY(sweep(needs, runs, shares));
        SLIPWAY_TRY(remove(provenance_in(state_, shares), collected_.provenance));
        SLIPWAY_TRY(remove(rebuilds_in(state_, shares, now_), collected_.rebuilds));
        SLIPWAY_TRY(remove(caches_in(state_, needs, now_), collected_.caches));
        return std::move(collected_);
    }

private:
    Result<void> clean() {
        if (change_ == Change::made) state_.store.finish_drafts(); // they count as artifacts
        for (const std::string& path : leftovers_in(state_))
            collected_.leftovers += support::measure_tree(path);
        return change_ == Change::made ? remove_leftovers(state_) : Result<void>();
    }

    Result<void> forget(const Needs& needs) {
        std::vector<std::string> ids;
        for (const RunRecord& run : collected_.forgotten)
            ids.push_back(run.id);
        if (change_ == Change::told || (ids.empty() && needs.unneeded_results().empty())) return {};
        return state_.journal.forget(ids, needs.unneeded_results());
    }

    Result<void> sweep(const Needs& needs, const std::vector<RunRecord>& runs,
                       const std::map<std::string, Share>& shares) {
        constexpr Time second = 1000;
        const auto needed = [&](const support::Digest& digest, std::time_t stored) {
            return needs.artifact(digest, Time{stored} * second + second - 1);
        };
        SLIPWAY_TRY_ASSIGN(const store::Swept swept, state_.store.sweep(needed, change_));
        collected_.artifacts = {swept.artifacts.size(), swept.bytes};
        for (const RunRecord& run : runs)
            if (shares.at(run.id) == Share::record
                && std::ranges::any_of(swept.artifacts, [&](const support::Digest& digest) {
                       return needs.contents_of(run.id).contains(digest.hex());
                   }))
                collected_.emptied.push_back(run);
        return {};
    }

    Result<void> remove(const std::vector<std::string>& paths, Amount& amount) {
        for (const std::string& path : paths) {
            const Amount size = support::measure_tree(path);
            if (change_ == Change::made) SLIPWAY_TRY(remove_at_once(path));
            amount += size;
        }
        return {};
    }

    /// First to where the next host removes whatever is left: half of it must not be taken for the whole.
    Result<void> remove_at_once(const std::string& path) const {
        const std::string work = state_.folder + "/work";
        SLIPWAY_TRY(support::make_dirs(work, 0700));
        const std::string there = work + "/gc-" + std::filesystem::path(path).filename().string();
        const bool moved = ::rename(path.c_str(), there.c_str()) == 0;
        return worker::remove_work_folder(moved ? there : path);
    }

    State& state_;
    Change change_;
    Time now_;
    Collected collected_{};
};

} // namespace

Amount Collected::total() const {
    Amount all;
    for (const Amount& amount : {artifacts, leftovers, provenance, rebuilds, caches})
        all += amount;
    return all;
}

Result<Collected> collect(State& state, const Retention& retention, Change change, Time now) {
    return Collector(state, change, now).collect(retention);
}

} // namespace slipway::host::gc
