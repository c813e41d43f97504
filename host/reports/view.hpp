// SPDX-License-Identifier: GPL-3.0-or-later
//
// A report's facts as the templates want them: sizes, times and durations as words, shapes as numbers.
#pragma once

#include <support/json.hpp>

namespace slipway::host::reports {

/// For run.html and run.md.
support::json::Value view_of(const support::json::Value& facts);

/// "1970-01-01 00:00 UTC" for milliseconds; "" for 0.
std::string moment(std::int64_t ms);

std::string bytes_text(std::int64_t bytes);

} // namespace slipway::host::reports
