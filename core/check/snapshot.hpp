// SPDX-License-Identifier: GPL-3.0-or-later
//
// The state of this process that a stage must leave as it was, as text by name.
#pragma once

#include <support/json.hpp>

namespace slipway::check {

/// {"descriptors": {"5": "/tmp/x"}, "threads": {...}, "children": {...}, "signals": {...}, "folder": ...}:
/// objects of texts, so that two of them can be compared member by member.
support::json::Value snapshot();

/// What is new or different in `after`: "5: /tmp/x"; "" for nothing.
std::string difference(const support::json::Value& before, const support::json::Value& after);

} // namespace slipway::check
