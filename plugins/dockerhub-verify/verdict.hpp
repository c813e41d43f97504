// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verdict as a document (docs/reference/artifacts.md) and as lines for people.
#pragma once

#include "verify.hpp"

namespace slipway::verify {

support::json::Value verdict_json(const Verdict& verdict, const Order& order, const Against& against);

/// What was compared, then at most `most` findings that count, a line each.
std::vector<std::string> verdict_lines(const Verdict& verdict, const Order& order, const Against& against,
                                       std::size_t most = 40);

/// Kind::verify: the image is not what was built.
support::Result<void> judge(const Verdict& verdict, const Order& order, const Against& against);

} // namespace slipway::verify
