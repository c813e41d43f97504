// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/kept.hpp>
#include <gtest/gtest.h>
#include <support/fs.hpp>

#include <chrono>
#include <filesystem>

namespace slipway::common {
namespace {

namespace fs = std::filesystem;

TEST(Kept, GoesWhenItIsNotUsed) {
    std::string folder = fs::temp_directory_path() / "slipway-kept.XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    for (const char* name : {"/old", "/used", "/key"})
        ASSERT_TRUE(support::write_file(folder + name, "text"));
    for (const char* name : {"/old-folder", "/used-folder"}) {
        fs::create_directory(folder + name);
        ASSERT_TRUE(support::write_file(folder + name + "/file", "text"));
    }
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(101 * 24);
    for (const auto& entry : fs::directory_iterator(folder))
        fs::last_write_time(entry.path(), long_ago);
    mark_used(folder + "/used");
    mark_used(folder + "/used-folder");
    mark_used(folder + "/missing");
    remove_unused(folder, "key");
    for (const char* name : {"/used", "/key", "/used-folder/file"})
        EXPECT_TRUE(fs::exists(folder + name)) << name;
    for (const char* name : {"/old", "/old-folder", "/missing"})
        EXPECT_FALSE(fs::exists(folder + name)) << name;
    EXPECT_TRUE(support::remove_tree(folder));
}

TEST(Kept, ADaysFirstUseIsWrittenDown) {
    std::string path = fs::temp_directory_path() / "slipway-kept.XXXXXX";
    const support::UniqueFd file(::mkstemp(path.data()));
    ASSERT_TRUE(file);
    const auto now = fs::file_time_type::clock::now();
    const auto age_after_use = [&](std::chrono::hours age, auto use) {
        fs::last_write_time(path, now - age);
        use();
        return std::chrono::round<std::chrono::hours>(now - fs::last_write_time(path)).count();
    };
    const auto by_path = [&] { mark_used(path); };
    const auto by_descriptor = [&] { mark_used(file.get()); };
    EXPECT_EQ(age_after_use(std::chrono::hours(2), by_path), 2);
    EXPECT_EQ(age_after_use(std::chrono::hours(2), by_descriptor), 2);
    EXPECT_EQ(age_after_use(std::chrono::hours(48), by_path), 0);
    EXPECT_EQ(age_after_use(std::chrono::hours(48), by_descriptor), 0);
    EXPECT_TRUE(support::remove_tree(path));
}

} // namespace
} // namespace slipway::common
