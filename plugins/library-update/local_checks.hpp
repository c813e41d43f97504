// SPDX-License-Identifier: GPL-3.0-or-later
//
// What official-images' checks say of a library file alone, without the repositories it names.
#pragma once

#include <check.hpp>

#include <vector>

namespace slipway::stackbrew {

/// In the order of the lines: "latest" inside another tag (naughty.sh), one architecture twice behind a
/// shared tag (naughty-sharedtags.sh), a Builder that there is not, and values that are folded.
std::vector<Problem> check_locally(const File& file);

/// What only some builders mind: a GitRepo that BuildKit would not know for git's.
std::vector<Problem> local_doubts(const File& file);

} // namespace slipway::stackbrew
