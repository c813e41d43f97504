// SPDX-License-Identifier: GPL-3.0-or-later
//
// The chain as a picture: where each stage and each line between them stands. Stages go from top to bottom,
// each below those it comes after; the template draws them.
#pragma once

#include <support/json.hpp>

namespace slipway::host::reports {

/// {"width", "height", "nodes": [{"x", "y", "width", "height", "name", "cell", "note", "title", "class"}],
///  "edges": [{"path"}]} in CSS pixels, from the "run" and the "edges" of a report.
support::json::Value picture_of(const support::json::Value& facts);

} // namespace slipway::host::reports
