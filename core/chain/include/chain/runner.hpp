// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs a plan: schedules its stages, reuses what is unchanged, records every step.
#pragma once

#include <chain/event.hpp>
#include <chain/plan.hpp>
#include <chain/secrets.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>
#include <worker/loop.hpp>
#include <worker/process.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::chain {

enum class Mode {
    run,
    plan, ///< dry: stages with effects tell what they would do, or are not run at all
};

struct RunSettings {
    Mode mode = Mode::run;
    int jobs = 1; ///< stages at a time
    worker::Placement placement = worker::Placement::process;
    std::string sandbox;      ///< instead of what the chain says; "" for none
    std::string state_folder; ///< for work and cache folders
    SecretSources secret_sources{};
    std::string host_version;
    std::string record =
        {}; ///< folder for recordings of every stage; then nothing is taken from earlier runs
};

/// What a run came to: "done", "failed", "waiting" or "cancelled", and whether a failure was a CONFLICT.
struct RunResult {
    std::string state;
    bool conflict = false;
};

class Runner {
public:
    /// All must outlive the runner. `plan` belongs to `run` (Journal::add_run has been called with stages in
    /// the plan's order).
    Runner(worker::Loop& loop, store::Store& store, journal::Journal& journal, Secrets& secrets,
           EventSink& sink, const RunSettings& settings);
    ~Runner();

    /// Run every stage of the plan whose record is not done. Runs the loop until the end.
    RunResult run(const Plan& plan, const journal::RunRecord& run, std::vector<journal::StageRecord> records);

    /// From a signal: the first call asks all stages to stop, the second kills them.
    void interrupt();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// For --overrides, in a folder of recordings: every stage recorded there replaced by its recording.
support::Result<void> write_replay_overrides(const std::string& folder, const Plan& plan);

/// The records of a plan that has not been run.
std::vector<journal::StageRecord> new_records(const Plan& plan);

} // namespace slipway::chain
