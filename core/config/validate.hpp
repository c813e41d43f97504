// SPDX-License-Identifier: GPL-3.0-or-later
//
// valijson's verdict and our explanation of it, as one.
#pragma once

#include "explain.hpp"
#include "verdict.hpp"

#include <support/json.hpp>

namespace slipway::config {

/// Nothing if valijson finds the value valid. Pointers are below `value`; file and place are left open.
Problems validate(const support::json::Value& schema, const Verdict& verdict,
                  const support::json::Value& value, const Wording& wording);

/// Kind::config if the schema has a pattern, reference or keyword value that cannot be used. Without it
/// valijson would throw or run in circles later.
support::Result<void> check_schema(const support::json::Value& schema);

} // namespace slipway::config
