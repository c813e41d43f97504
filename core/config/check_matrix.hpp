// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a schema cannot say about the matrix: axes and values that there are, cells that some stage has.
#pragma once

#include "report.hpp"

#include <config/chain_file.hpp>

namespace slipway::config {

/// Checks "exclude", and "each" and "vary" of all stages.
void check_matrix(const support::json::Value& root, const Chain& chain, Report& report);

} // namespace slipway::config
