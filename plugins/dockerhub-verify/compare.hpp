// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an image's tree has that was not built, and the other way round.
#pragma once

#include "finding.hpp"
#include "tree.hpp"

#include <string>
#include <vector>

namespace slipway::verify {

enum class Times {
    automatic, ///< compared, unless all of the image's are one: then its builder has not kept them
    compare,
    ignore,
};

struct CompareRules {
    /// Shell patterns of paths from the root (`*` matches slashes, too) whose differences are allowed. The
    /// time of a folder in which such a difference is may be another, too.
    std::vector<std::string> allow = {};
    Times times = Times::automatic;
};

/// Where two trees differ, path by path and field by field, sorted by path. Returns whether times were
/// compared: seconds, and their fractions where the image has some.
bool compare(const Tree& expected, const Tree& found, const CompareRules& rules, Findings& findings);

} // namespace slipway::verify
