// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <reports/treemap.hpp>

#include <algorithm>
#include <cmath>

namespace slipway::host::reports {
namespace {

constexpr double tolerance = 1e-6;

bool overlap(const Box& a, const Box& b) {
    return a.x + a.width > b.x + tolerance && b.x + b.width > a.x + tolerance
           && a.y + a.height > b.y + tolerance && b.y + b.height > a.y + tolerance;
}

void expect_whole(const std::vector<std::uint64_t>& sizes, const Box& area) {
    const std::vector<Box> boxes = treemap(sizes, area);
    ASSERT_EQ(boxes.size(), sizes.size());
    double total = 0;
    for (const std::uint64_t size : sizes)
        total += static_cast<double>(size);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const Box& box = boxes[i];
        EXPECT_NEAR(box.width * box.height, static_cast<double>(sizes[i]) / total * area.width * area.height,
                    1e-3)
            << i;
        EXPECT_GE(box.x, area.x - tolerance);
        EXPECT_GE(box.y, area.y - tolerance);
        EXPECT_LE(box.x + box.width, area.x + area.width + tolerance);
        EXPECT_LE(box.y + box.height, area.y + area.height + tolerance);
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_FALSE(overlap(box, boxes[j])) << i << " and " << j;
    }
}

TEST(Treemap, AreasAreInProportion) {
    expect_whole({6, 6, 4, 3, 2, 2, 1}, {0, 0, 6, 4}); // the paper's own example
    expect_whole({1}, {3, 5, 160, 90});
    expect_whole({1000000, 1, 1, 1}, {0, 0, 160, 90});
    std::vector<std::uint64_t> many;
    for (std::uint64_t i = 200; i > 0; --i)
        many.push_back(i * i * i);
    expect_whole(many, {0, 0, 160, 90});
}

TEST(Treemap, IsLikeThePaper) {
    const std::vector<Box> boxes = treemap({6, 6, 4, 3, 2, 2, 1}, {0, 0, 6, 4});
    EXPECT_NEAR(boxes[0].width, 3, tolerance); // 6 and 6 above each other, 3 wide and 2 high
    EXPECT_NEAR(boxes[0].height, 2, tolerance);
    EXPECT_NEAR(boxes[1].y, 2, tolerance);
    EXPECT_NEAR(boxes[2].x, 3, tolerance); // then 4 and 3 side by side on top
    EXPECT_NEAR(boxes[2].height, 7.0 / 3, tolerance);
}

TEST(Treemap, NothingHasNoArea) {
    for (const Box& box : treemap({0, 0}, {0, 0, 10, 10}))
        EXPECT_EQ(box.width * box.height, 0);
    EXPECT_TRUE(treemap({}, {0, 0, 10, 10}).empty());
    const std::vector<Box> boxes = treemap({5, 0}, {0, 0, 10, 10});
    EXPECT_NEAR(boxes[0].width * boxes[0].height, 100, tolerance);
    EXPECT_EQ(boxes[1].width, 0);
}

} // namespace
} // namespace slipway::host::reports
