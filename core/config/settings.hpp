// SPDX-License-Identifier: GPL-3.0-or-later
//
// --set and --override: changing the chain's JSON before it is checked.
#pragma once

#include "report.hpp"

#include <config/chain_file.hpp>

namespace slipway::config {

/// Largest chain file and options file.
inline constexpr std::size_t max_file_bytes = 16u << 20;

/// Applies the overrides, the last one of each stage, then the settings in their order. What cannot be
/// applied is reported. Returns the overrides that were.
std::vector<Override> apply_changes(support::json::Value& root, const LoadOptions& options, Report& report);

/// The index in "stages" of the stage with this id.
std::optional<std::size_t> find_stage(const support::json::Value& root, std::string_view id);

/// "did you mean", or the ids there are.
std::string hint_for_stage(const support::json::Value& root, std::string_view id);

} // namespace slipway::config
