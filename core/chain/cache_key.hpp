// SPDX-License-Identifier: GPL-3.0-or-later
//
// The name of what a deterministic stage makes: the same key, the same bytes.
#pragma once

#include <chain/plan.hpp>

#include <string>

namespace slipway::chain {

/// Of the plugin's bytes, the stage type, the resolved options, the content of the files they name, the
/// epoch, and the inputs as the plugin sees them. "" for a stage whose result must not be reused.
support::Result<std::string> cache_key(const PlannedStage& stage, const support::json::Value& options,
                                       const std::vector<config::OptionPath>& paths,
                                       const support::json::Value& inputs, std::int64_t epoch);

} // namespace slipway::chain
