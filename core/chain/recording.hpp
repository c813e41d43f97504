// SPDX-License-Identifier: GPL-3.0-or-later
//
// What one run of a stage saw and did at the ABI, written down so that a mock can do it again
// (docs/reference/recording.md). Secrets are noted by their names.
#pragma once

#include <chain/plan.hpp>
#include <journal/journal.hpp>
#include <slipway/stage.h>
#include <store/store.hpp>
#include <support/json.hpp>
#include <worker/protocol.hpp>

#include <functional>
#include <string>

namespace slipway::chain {

struct StageResult;

class Recording {
public:
    /// `folder`: that of the whole run (--record). Nothing is written before finish().
    Recording(const std::string& folder, const PlannedStage& stage, const std::string& stage_id,
              const worker::Job& order);

    /// Messages of the worker (worker/protocol.hpp): one without a reply; a call, and then its status.
    void said(const support::json::Value& message);

    void called(const support::json::Value& call) { call_ = call; }

    void answered(slipway_status status);

    /// Write the record, and the artifacts it published beside it. `shown` makes it fit to keep: without
    /// secrets.
    support::Result<void> finish(const StageResult& result, const store::Store& store,
                                 const std::function<support::json::Value(support::json::Value)>& shown);

private:
    support::Result<void> keep(const journal::OutputRecord& output, const store::Store& store) const;

    std::string folder_; ///< the stage's
    std::string name_;
    support::json::Value document_;
    support::json::Array steps_;
    support::json::Value call_; ///< that is under way
};

} // namespace slipway::chain
