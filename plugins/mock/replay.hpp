// SPDX-License-Identifier: GPL-3.0-or-later
//
// What --record wrote of a stage (docs/reference/recording.md), to be done again.
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::mock {

/// Which of a stage's recordings.
struct Occasion {
    support::json::Value variant = support::json::Object{}; ///< the cell
    std::int64_t attempt = 1;
    bool dry_run = false;
};

struct Replay {
    std::string path; ///< of the record
    std::vector<support::json::Value> steps;
    int status = 0;
    std::string message, hint;   ///< of a failure, or what is waited for
    support::json::Value inputs; ///< {port: [description]}, as the stage saw them
    std::string folder;          ///< artifacts are files here, called by their digests
};

/// The record of the cell in `folder` for this attempt; else for the nearest before it, else for the first.
/// For a dry run that of one, or of a real run if there is none. Kind::not_found: none of this cell;
/// Kind::config: a file that is no record.
support::Result<Replay> read_replay(const std::string& folder, const Occasion& occasion);

/// Kind::verify if the stage saw other artifacts than these (digests by port). Of two descriptions digest and
/// name count.
support::Result<void> check_inputs(const Replay& replay, const support::json::Value& inputs);

} // namespace slipway::mock
