// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long a run has waited for the world: a pull request to be merged, a registry to answer.
#pragma once

#include <journal/journal.hpp>

#include <vector>

namespace slipway::chain {

struct Waiting {
    journal::Time total = 0; ///< milliseconds in which at least one stage waited, the open end included
    journal::Time since = 0; ///< when it last began to wait; 0: nothing waits now
};

/// From a run's events. A stage waits from its first stage_waiting until it ends otherwise; that it is tried
/// meanwhile, and waits again, is no end.
Waiting waiting_of(const std::vector<journal::EventRecord>& events, journal::Time now);

} // namespace slipway::chain
