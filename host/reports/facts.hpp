// SPDX-License-Identifier: GPL-3.0-or-later
//
// All that a report tells of a run, as one JSON document: docs/reference/report.md describes it. Pages and
// Markdown are made from it alone.
#pragma once

#include "session.hpp"

namespace slipway::host::reports {

/// At most so many lines of a stage's log; the last ones.
constexpr std::size_t most_log_lines = 2000;

/// The document of a run, from journal and store. What the store has no more is left out.
support::Result<support::json::Value> facts_of(const State& state, const journal::RunRecord& run,
                                               journal::Time now);

/// A JSON artifact, or null if it is not in the store or no JSON.
support::json::Value document_of(const store::Store& store, const journal::OutputRecord& output);

} // namespace slipway::host::reports
