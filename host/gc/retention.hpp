// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which runs of a state folder stay, and what of them.
#pragma once

#include <journal/journal.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::host::gc {

/// Without `newest` and `age`, all runs stay. With both, a run goes if both let it go.
struct Retention {
    std::optional<std::int64_t> newest = {};           ///< so many runs of each chain stay, and as many plans
    std::optional<std::chrono::milliseconds> age = {}; ///< what has ended less than this ago stays
    bool forget = false;                               ///< old releases go like other runs
};

/// What stays of a run.
enum class Share {
    whole,
    record, ///< of an old release: what the journal tells of it, and the documents it made
    nothing
};

/// By run. Whole stay: what waits or was interrupted; what failed or was cancelled, until its chain is
/// released again; the newest release of each chain. A mocked run releases nothing, and a plan is needed by
/// nobody.
std::map<std::string, Share> shares_of(const std::vector<journal::RunRecord>& newest_first,
                                       const Retention& retention, journal::Time now);

/// A run without mocks that is done.
bool is_release(const journal::RunRecord& run);

/// A run that `resume` goes on with, but for one that waits: it may have stored what it has not yet named.
bool is_broken_off(const journal::RunRecord& run);

} // namespace slipway::host::gc
