// SPDX-License-Identifier: GPL-3.0-or-later
//
// What lies beside store and journal in a state folder and is of no more use. Links are not followed: what is
// behind one is somebody else's.
#pragma once

#include "gc/needs.hpp"
#include "session.hpp"

#include <support/fs.hpp>

namespace slipway::host::gc {

/// Drafts and work folders of processes that were killed.
std::vector<std::string> leftovers_in(const State& state);

/// Provenance of runs that do not stay.
std::vector<std::string> provenance_in(const State& state, const std::map<std::string, Share>& shares);

/// Folders of `slipway reproduce` that nobody works in: of one that was killed, or kept to be looked at, of a
/// run that does not stay whole.
std::vector<std::string> rebuilds_in(const State& state, const std::map<std::string, Share>& shares,
                                     journal::Time now);

/// Caches of stage types that no run that stays has used, and nobody else for as long as stages keep what
/// they do not use.
std::vector<std::string> caches_in(const State& state, const Needs& needs, journal::Time now);

} // namespace slipway::host::gc
