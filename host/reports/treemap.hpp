// SPDX-License-Identifier: GPL-3.0-or-later
//
// Areas in proportion to sizes: a squarified treemap (Bruls, Huizing and van Wijk, "Squarified Treemaps",
// 2000).
#pragma once

#include <cstdint>
#include <vector>

namespace slipway::host::reports {

struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// A box for each size, in their order, which together fill `area`; `sizes` must fall. A size of 0 gets an
/// empty box.
std::vector<Box> treemap(const std::vector<std::uint64_t>& sizes, Box area);

} // namespace slipway::host::reports
