// SPDX-License-Identifier: GPL-3.0-or-later
//
// The words of messages about JSON values.
#pragma once

#include <support/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

/// 'text' for a string, JSON for everything else; long ones are cut.
std::string shown(const support::json::Value& value);

/// "an array", "a string", "null".
std::string with_article(std::string_view type);

/// "did you mean 'x'?", or "" if no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// The keys of an object.
std::vector<std::string> keys_of(const support::json::Value& object);

/// Does a string in the value, at any depth, hold a "${"?
bool holds_reference(const support::json::Value& value);

} // namespace slipway::config
