// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a stage came to: the verdict on what its worker said, what was done to it, and how it ended.
#pragma once

#include <journal/journal.hpp>
#include <slipway/stage.h>
#include <worker/process.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace slipway::chain {

/// `status` is SLIPWAY_OK, SLIPWAY_WAITING or a failure.
struct StageResult {
    slipway_status status = SLIPWAY_INTERNAL;
    std::string message; ///< why it failed or waits
    std::string hint;
    std::vector<journal::OutputRecord> outputs; ///< of a stage that succeeded
};

/// How a stage went, until its worker ended.
struct StageCourse {
    std::string phase = "load";                  ///< where the worker was (see place())
    std::optional<slipway_status> status = {};   ///< what the worker said last
    std::string remark = {};                     ///< the last diagnostic of a lower severity
    std::string failure = {}, failure_hint = {}; ///< the last diagnostic of severity error
    bool cancelled = false;
    bool timed_out = false;
    bool flooded = false; ///< it printed too much, and was stopped
};

/// `timeout`: what the stage had. The outputs are not filled in.
StageResult result_of(const StageCourse& course, const worker::Exit& exit, std::chrono::seconds timeout);

/// Names of the status codes: "net_transient", "waiting", ...
const char* status_name(slipway_status status);

} // namespace slipway::chain
