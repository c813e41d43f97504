// SPDX-License-Identifier: GPL-3.0-or-later
//
// The environment a program is given: nothing of ours, only what is named here.
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::exec {

/// NAME to VALUE.
using Environment = std::map<std::string, std::string>;

/// PATH, HOME and TMPDIR (the work folder), LC_ALL=C.UTF-8, TZ=UTC, SOURCE_DATE_EPOCH, SLIPWAY_STAGE,
/// SLIPWAY_VERSION, SLIPWAY_OUTPUT_DIR, and SLIPWAY_VARIANT_<AXIS> for each axis of `variant`.
Environment base_environment(const std::string& work_folder, std::int64_t epoch, const std::string& stage,
                             const std::string& version, const support::json::Value& variant);

/// "SLIPWAY_INPUT_" and the port's name in capitals, '-' as '_'.
std::string input_variable(std::string_view port);

/// Kind::config for a name of the option `env` that is none, or one of ours (SLIPWAY_..., SOURCE_DATE_EPOCH).
support::Result<void> check_name(const std::string& name);

/// NAME=VALUE, sorted.
std::vector<std::string> to_list(const Environment& environment);

} // namespace slipway::exec
