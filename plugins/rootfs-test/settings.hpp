// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the options of schema.hpp come to.
#pragma once

#include "checks.hpp"
#include "commands.hpp"

#include <support/json.hpp>

namespace slipway::rootfs_test {

/// `options` satisfies options_schema. Kind::config: a regular expression that is none.
support::Result<Rules> parse_rules(const support::json::Value& options);

/// The same for the option `commands`.
support::Result<std::vector<CommandRule>> parse_commands(const support::json::Value& options);

} // namespace slipway::rootfs_test
