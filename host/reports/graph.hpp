// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which stage of a recorded run comes after which. The journal has the chain's text and no plan, and the
// plugins may be gone; the chain file alone tells enough.
#pragma once

#include <journal/journal.hpp>

#include <cstddef>
#include <vector>

namespace slipway::host::reports {

/// For each stage of the run, those right before it: indices into `stages`, sorted. What is said through
/// another stage is left out. A chain that no longer loads (an --override's file is gone) counts as a line.
std::vector<std::vector<std::size_t>> before(const journal::RunRecord& run,
                                             const std::vector<journal::StageRecord>& stages);

} // namespace slipway::host::reports
