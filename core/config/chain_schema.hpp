// SPDX-License-Identifier: GPL-3.0-or-later
//
// The JSON Schema of chain files, embedded.
#pragma once

namespace slipway::config {

/// The text of config/schema/chain.schema.json.
const char* chain_schema_text();

} // namespace slipway::config
