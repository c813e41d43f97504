// SPDX-License-Identifier: GPL-3.0-or-later
#include <api.hpp>
#include <gtest/gtest.h>

namespace slipway::github {
namespace {

TEST(Expiry, IsReadFromTheHeader) {
    EXPECT_EQ(expiry_of("2026-11-05 00:00:00 UTC"), 1793836800);
    EXPECT_EQ(expiry_of("2026-11-05 02:00:00 +0200"), 1793836800);
    EXPECT_EQ(expiry_of("2026-11-04 18:30:00 -0530"), 1793836800);
    for (const char* other : {"", "never", "2026-11-05", "2026-11-05 00:00:00", "2026-11-05 00:00:00 CET",
                              "2026-11-05 00:00:00 +02", "2026-11-05 00:00:00 +0x00", "2026-13-05 00:00:00 UTC"})
        EXPECT_EQ(expiry_of(other), std::nullopt) << other;
}

} // namespace
} // namespace slipway::github
