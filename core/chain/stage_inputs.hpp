// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a stage of a run is given: its options with every value known, the artifacts on its input ports, the
// key of what it makes of them, and the job its worker gets.
#pragma once

#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <store/store.hpp>
#include <worker/protocol.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::chain {

/// What a plugin gets: options whose every value is known, and the paths among them.
struct Options {
    support::json::Value values;
    std::vector<config::OptionPath> paths;
};

/// Both by port, and in the same order.
struct Inputs {
    support::json::Value descriptions =
        support::json::Object{}; ///< as the plugin sees them (stage.h, input_meta)
    std::map<std::string, std::vector<journal::OutputRecord>> artifacts = {};
};

/// A cell of the matrix, as plugins and journal have it: axis to value.
support::json::Value to_json(const config::Cell& cell);

/// Looks at the records of a run whenever it is asked: what a stage is given is known when those before it
/// are done. A stage is named by its index into Plan::stages.
class StageInputs {
public:
    /// All must outlive the object. `records` are in the plan's order.
    StageInputs(const Plan& plan, const journal::RunRecord& run,
                const std::vector<journal::StageRecord>& records, const store::Store& store)
        : plan_(plan), run_(run), records_(records), store_(store) {}

    /// Kind::config: a value that another stage wrote is not there, not one of a kind, or does not fit.
    support::Result<Options> options(std::size_t stage) const;

    Inputs inputs(std::size_t stage) const;

    /// The run has ended: what its document is, for the stages that are there for that.
    void set_ending(journal::OutputRecord document) { ending_ = std::move(document); }

    /// The description of an artifact that `writer` begins to write now. It has neither size nor digest: they
    /// are not known yet.
    support::json::Value coming(std::size_t writer, const std::string& port, const std::string& name) const;

    /// See cache_key(). Empty: its result is not reused.
    support::Result<std::string> key(std::size_t stage, const support::json::Value& descriptions) const;

    /// All but what is the try's own: attempt, flags, folders, and the host's version.
    worker::Job job(std::size_t stage, const Options& options,
                    const support::json::Value& descriptions) const;

private:
    support::Result<support::json::Value> document(const PlannedStage& stage,
                                                   const config::RuntimeReference& reference) const;
    const std::string& id_of(const PlannedStage& stage) const;

    const Plan& plan_;
    const journal::RunRecord& run_;
    const std::vector<journal::StageRecord>& records_;
    const store::Store& store_;
    std::optional<journal::OutputRecord> ending_{};
};

} // namespace slipway::chain
