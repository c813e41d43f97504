// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values made from a JSON Schema: the least that satisfies it, and odd ones.
#pragma once

#include <support/json.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace slipway::check {

/// Something of the schema's type: its default, its first enum value, the shortest text, required members
/// only. It need not satisfy conditions.
support::json::Value least_value(const support::json::Value& root, const support::json::Value& schema);

/// Texts, numbers and lists at the edges of what the type of the schema allows.
support::json::Value odd_value(const support::json::Value& schema, std::mt19937_64& random);

/// A value of each JSON type.
std::vector<support::json::Value> one_of_each_type();

} // namespace slipway::check
