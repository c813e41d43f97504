// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <scaffold.hpp>
#include <support/fs.hpp>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace slipway::host {
namespace {

namespace fs = std::filesystem;
using support::Kind;

class ScaffoldTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "slipway-scaffold-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
        put("templates/c/plugin.c", "my-stage my_stage my-stages\n");
        put("templates/c/.github/ci.yml", "name: my-stage\n");
    }

    void TearDown() override { (void)support::remove_tree(dir_); }

    void put(const std::string& name, const std::string& text) const {
        const std::string path = dir_ + "/" + name;
        ASSERT_TRUE(support::make_dirs(fs::path(path).parent_path().string()));
        ASSERT_TRUE(support::write_file(path, text));
    }

    std::string get(const std::string& name) const {
        auto text = support::read_file(dir_ + "/" + name);
        return text ? text.value() : text.error().what;
    }

    support::Result<void> make(const std::string& folder) const {
        return make_plugin_folder({"a-b", "c", dir_ + "/" + folder}, dir_ + "/templates");
    }

    std::string dir_;
};

TEST_F(ScaffoldTest, GivesTheTemplateTheName) {
    ASSERT_TRUE(make("deep/er"));
    EXPECT_EQ(get("deep/er/plugin.c"), "a-b a_b a-bs\n");
    EXPECT_EQ(get("deep/er/.github/ci.yml"), "name: a-b\n");
}

TEST_F(ScaffoldTest, LeavesOutWhatBuildsHaveLeft) {
    put("templates/c/build/old.o", "x");
    put("templates/c/target/old.o", "x");
    put("templates/c/Cargo.lock", "x");
    ASSERT_TRUE(make("new"));
    EXPECT_FALSE(fs::exists(dir_ + "/new/build") || fs::exists(dir_ + "/new/target")
                 || fs::exists(dir_ + "/new/Cargo.lock"));
}

TEST_F(ScaffoldTest, TakesNoFolderThatIsThere) {
    put("file", "mine");
    ASSERT_EQ(::symlink("nowhere", (dir_ + "/dangling").c_str()), 0);
    for (const char* name : {"file", "dangling", "templates"})
        EXPECT_EQ(make(name).error().kind, Kind::conflict) << name;
    EXPECT_EQ(get("file"), "mine");
    EXPECT_TRUE(fs::is_symlink(dir_ + "/dangling"));
}

TEST_F(ScaffoldTest, LeavesNothingWhenItFails) {
    ASSERT_EQ(::symlink("nowhere", (dir_ + "/templates/c/broken").c_str()), 0);
    EXPECT_FALSE(make("half"));
    EXPECT_FALSE(fs::exists(dir_ + "/half"));
    EXPECT_FALSE(make_plugin_folder({"a", "none", dir_ + "/other"}, dir_ + "/templates"));
    EXPECT_FALSE(fs::exists(dir_ + "/other"));
}

TEST(Names, AreThoseOfStagesAndNobodysElse) {
    for (const char* good : {"a", "a1", "my-stage", "x-", "builds", "json", "stage", "host"})
        EXPECT_TRUE(check_plugin_name(good)) << good;
    EXPECT_TRUE(check_plugin_name(std::string(64, 'a')));
    for (const char* bad : {"", "A", "1a", "-a", "a_b", "a.b", "a b", "a/b", "\xc3\xa4", "a\n"})
        EXPECT_EQ(check_plugin_name(bad).error().kind, Kind::config) << bad;
    EXPECT_FALSE(check_plugin_name(std::string(65, 'a')));
    for (const char* taken : {"test", "all", "core", "fn", "slipway", "slipway-sys", "std", "proc-macro"})
        EXPECT_FALSE(check_plugin_name(taken)) << taken;
}

} // namespace
} // namespace slipway::host
