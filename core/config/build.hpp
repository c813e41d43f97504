// SPDX-License-Identifier: GPL-3.0-or-later
//
// From JSON to a Chain. Takes what has the right form and skips the rest: the schema reports that.
#pragma once

#include <config/chain_file.hpp>

namespace slipway::config {

/// Fills in the axes and the stages; `needs` are those the file names, or the stage above.
void build(const support::json::Value& root, Chain& chain);

} // namespace slipway::config
