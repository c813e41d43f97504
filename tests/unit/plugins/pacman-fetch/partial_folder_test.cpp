// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <partial_folder.hpp>
#include <support/fs.hpp>

#include <cstdlib>
#include <filesystem>

using namespace slipway;

TEST(PartialFolder, RemovesNotesWhosePartIsGone) {
    std::string folder = testing::TempDir() + "partial-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    for (const char* name : {"/whole", "/whole.from", "/gone.from"})
        ASSERT_TRUE(support::write_file(folder + name, "x"));
    EXPECT_TRUE(pacman_fetch::has_leftovers(folder));
    ASSERT_TRUE(pacman_fetch::PartialFolder::take(folder, [] { return false; }, {}));
    EXPECT_FALSE(pacman_fetch::has_leftovers(folder));
    EXPECT_TRUE(std::filesystem::exists(folder + "/whole"));
    EXPECT_TRUE(std::filesystem::exists(folder + "/whole.from"));
    EXPECT_FALSE(std::filesystem::exists(folder + "/gone.from"));
    ASSERT_TRUE(support::remove_tree(folder));
}
