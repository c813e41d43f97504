// SPDX-License-Identifier: GPL-3.0-or-later
//
// All runs of a state folder, chain by chain: what was released when, how large it was, how long it was
// stalled.
#pragma once

#include "session.hpp"

namespace slipway::host::reports {

/// {"slipway_history": 1, "slipway", "chains": [{"chain", "runs": [{"run", "version", "state", "mocked",
///  "created_ms", "finished_ms", "waited_ms", "packages", "installed_size", "archive_size"}]}]}, newest
///  first.
support::Result<support::json::Value> history_of(const State& state, journal::Time now);

/// The same for site.html.
support::json::Value history_view(const support::json::Value& history);

} // namespace slipway::host::reports
