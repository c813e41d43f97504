// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a run has come to, as the document that stages with "on" take (docs/reference/artifacts.md, Run).
#pragma once

#include <journal/journal.hpp>

#include <vector>

namespace slipway::chain {

/// An input of this type takes the document. No output has it, so it is never wired within a chain.
inline constexpr const char* ending_type = "application/vnd.slipway.run.v1+json";

/// `run.state` and `run.finished` are those it has ended with. `waiting_since`: 0 if nothing waits. `stages`:
/// its steps.
support::json::Value ending_of(const journal::RunRecord& run, journal::Time waiting_since,
                               const std::vector<journal::StageRecord>& stages);

} // namespace slipway::chain
