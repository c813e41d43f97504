// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway status --check: what a monitoring system wants to know of the releases, told as its plugins do
// (https://www.monitoring-plugins.org/doc/guidelines.html).
#pragma once

#include "options.hpp"

namespace slipway::host {

/// Also their exit codes.
enum class Health { ok = 0, warning = 1, critical = 2, unknown = 3 };

/// The options that --check takes.
std::vector<Option> monitor_options();

int check_status(const Arguments& arguments);

} // namespace slipway::host
