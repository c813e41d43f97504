// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a schema cannot say about a chain: names, references between stages, variables.
#pragma once

#include "report.hpp"

#include <config/chain_file.hpp>

namespace slipway::config {

/// Checks a built chain against the JSON it came from, works out vars and version, and adds to each
/// stage's `needs` the stages that its inputs and options name.
void check(const support::json::Value& root, Chain& chain, Report& report);

} // namespace slipway::config
