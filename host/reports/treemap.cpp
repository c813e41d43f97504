// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/treemap.hpp"

#include <algorithm>
#include <numeric>

namespace slipway::host::reports {

namespace {

/// The worst ratio of sides in a row of areas (the largest, the smallest, and their sum) along a side.
double worst(double largest, double smallest, double sum, double side) {
    const double square = side * side, total = sum * sum;
    return std::max(square * largest / total, total / (square * smallest));
}

/// Put areas [first, last) as one row along the shorter side of `free`, and take that from it.
void lay_row(const std::vector<double>& areas, std::size_t first, std::size_t last, Box& free,
             std::vector<Box>& boxes) {
    const double sum = std::accumulate(areas.begin() + static_cast<std::ptrdiff_t>(first),
                                       areas.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
    const bool upright = free.width >= free.height;
    const double thickness = sum / (upright ? free.height : free.width);
    double along = upright ? free.y : free.x;
    for (std::size_t i = first; i < last; ++i) {
        const double length = areas[i] / thickness;
        boxes[i] = upright ? Box{free.x, along, thickness, length} : Box{along, free.y, length, thickness};
        along += length;
    }
    (upright ? free.x : free.y) += thickness;
    (upright ? free.width : free.height) -= thickness;
}

} // namespace

std::vector<Box> treemap(const std::vector<std::uint64_t>& sizes, Box area) {
    std::vector<Box> boxes(sizes.size());
    double total = 0;
    for (const std::uint64_t size : sizes)
        total += static_cast<double>(size);
    if (total <= 0) return boxes;
    std::vector<double> areas;
    for (const std::uint64_t size : sizes)
        if (size > 0) areas.push_back(static_cast<double>(size) / total * area.width * area.height);
    Box free = area;
    for (std::size_t first = 0; first < areas.size();) {
        const double side = std::min(free.width, free.height);
        double sum = areas[first];
        std::size_t last = first + 1;
        while (last < areas.size()
               && worst(areas[first], areas[last], sum + areas[last], side)
                      <= worst(areas[first], areas[last - 1], sum, side))
            sum += areas[last++];
        lay_row(areas, first, last, free, boxes);
        first = last;
    }
    return boxes;
}

} // namespace slipway::host::reports
