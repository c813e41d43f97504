// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading in this process. Every refusal is in tests/fault/loader_faults.py, as users see it.
#include <gtest/gtest.h>
#include <plugin/loader.hpp>

namespace slipway::plugin {
namespace {

const std::string folder = std::string(SLIPWAY_FAULT) + "/loader/";

TEST(Loader, LoadsAndDescribes) {
    const std::string path = folder + "good.so";
    ASSERT_TRUE(check_file(path));
    auto plugin = load(path);
    ASSERT_TRUE(plugin) << plugin.error().what;
    auto description = describe(path, *plugin.value());
    ASSERT_TRUE(description);
    EXPECT_EQ(description.value().path, path);
    EXPECT_EQ(description.value().sha256.size(), 64u);
    EXPECT_EQ(description.value().build_info, "loader test");
    ASSERT_EQ(description.value().stages.size(), 1u);
    EXPECT_EQ(description.value().stages[0].id, "fine");
    EXPECT_EQ(description.value().stages[0].ports.output("out")->types,
              std::vector<std::string>{"text/plain"});
}

TEST(Loader, MayLoadTheSamePluginTwice) {
    auto one = load(folder + "good.so"), two = load(folder + "good.so");
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one.value(), two.value());
}

TEST(Loader, RefusesAnotherMajorVersion) {
    auto plugin = load(folder + "wrong-major.so");
    ASSERT_FALSE(plugin);
    EXPECT_EQ(plugin.error().kind, support::Kind::unsupported);
}

TEST(Loader, RefusesAFolderAndWhatIsNotThere) {
    EXPECT_EQ(check_file(folder).error().kind, support::Kind::unsupported);
    EXPECT_EQ(check_file(folder + "none.so").error().kind, support::Kind::not_found);
}

} // namespace
} // namespace slipway::plugin
