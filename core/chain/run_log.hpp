// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes down what happens in a run, and shows it.
#pragma once

#include <chain/event.hpp>
#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <slipway/stage.h>
#include <worker/loop.hpp>

#include <cstddef>
#include <string>

namespace slipway::chain {

/// Events and stages of one run go to the journal, events also to the sink. What is written reaches the disk
/// within a tenth of a second, unless it is said to be durable. A journal that cannot be written is told
/// once; the run goes on, and what it did since will be done again on resume.
class RunLog {
public:
    /// All must outlive the object. `run`: its id.
    RunLog(worker::Loop& loop, journal::Journal& journal, EventSink& sink, std::string run)
        : loop_(loop), journal_(journal), sink_(sink), run_(std::move(run)) {}

    void emit(const Event& event);

    // The events of event.hpp that are not a stage's own.
    void run_started(const journal::RunRecord& run, std::size_t stages);
    void run_finished(const std::string& state, journal::Time duration_ms);
    void stage_started(const journal::StageRecord& record, const PlannedStage& stage);
    void stage_planned(const journal::StageRecord& record, const std::string& why);
    void stage_unchanged(const journal::StageRecord& record);

    /// `record` is as it was saved at the end.
    void stage_over(const journal::StageRecord& record, slipway_status status, const std::string& hint);

    /// On disk when it returns, or the error.
    support::Result<void> emit_durably(const Event& event);

    void save(const journal::StageRecord& record);

    /// The end of something that was written to the journal.
    void note(const support::Result<void>& written);

    /// Nothing comes after it.
    void close();

private:
    worker::Loop& loop_;
    journal::Journal& journal_;
    EventSink& sink_;
    std::string run_;
    bool failed_ = false;
    worker::Loop::Id flush_timer_ = 0;
};

} // namespace slipway::chain
