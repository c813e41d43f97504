// SPDX-License-Identifier: GPL-3.0-or-later
//
// What nothing needs any more in a state folder, and its removal.
#pragma once

#include "gc/retention.hpp"
#include "session.hpp"

#include <support/fs.hpp>

namespace slipway::host::gc {

struct Collected {
    std::vector<journal::RunRecord> forgotten; ///< runs of which nothing stays
    std::vector<journal::RunRecord> emptied;   ///< releases that have lost artifacts
    support::Amount artifacts{}, leftovers{}, provenance{}, rebuilds{}, caches{};

    support::Amount total() const;
};

/// The lock is held. In an order that a kill may stop at any point: first what nobody may know of any more is
/// struck out of the journal, in one step, then the files go; what is left of them the next call finds.
/// Change::told: nothing is removed.
support::Result<Collected> collect(State& state, const Retention& retention, support::Change change,
                                   journal::Time now);

} // namespace slipway::host::gc
