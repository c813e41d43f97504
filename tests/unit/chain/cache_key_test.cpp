// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every single thing a result depends on changes its key; where files lie does not.
#include "cache_key.hpp"
#include "catalog_of.hpp"

#include <gtest/gtest.h>
#include <slipway/stage.h>
#include <support/fs.hpp>

#include <filesystem>
#include <fstream>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;
namespace json = support::json;

class CacheKeyTest : public ::testing::Test {
protected:
    CacheKeyTest() {
        std::string name = fs::temp_directory_path() / "slipway-key.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        file("one/pacman.conf", "[core]\n");
        file("one/tree/etc/motd", "hello\n");
        entry_.type = testing::type("make", {}, {}, SLIPWAY_DETERMINISTIC);
        entry_.sha256 = std::string(64, 'a');
        options_ = json::Object{{"level", 3},
                                {"config", folder_ + "/one/pacman.conf"},
                                {"tree", folder_ + "/one/tree"},
                                {"to", folder_ + "/out"}};
        paths_ = {{"/config", folder_ + "/one/pacman.conf", config::PathUse::file},
                  {"/tree", folder_ + "/one/tree", config::PathUse::tree},
                  {"/to", folder_ + "/out", config::PathUse::write}};
        inputs_ = json::Object{{"in", json::Array{input("b"), input("c")}}};
        base_ = key();
    }

    ~CacheKeyTest() override { fs::remove_all(folder_); }

    void file(const std::string& name, const std::string& text) {
        fs::create_directories(fs::path(folder_ + "/" + name).parent_path());
        std::ofstream(folder_ + "/" + name) << text;
    }

    static json::Value input(const std::string& digit) {
        std::string digest;
        while (digest.size() < 64)
            digest += digit;
        return json::Object{{"name", digit + ".tar"}, {"sha256", digest}, {"annotations", json::Object{}}};
    }

    std::string key() {
        PlannedStage stage;
        stage.plugin = &entry_;
        auto made = cache_key(stage, options_, paths_, inputs_, epoch_);
        EXPECT_TRUE(made) << made.error().what;
        return made ? made.value() : "";
    }

    std::string folder_;
    CatalogEntry entry_;
    json::Value options_, inputs_;
    std::vector<config::OptionPath> paths_;
    std::int64_t epoch_ = 1793836800;
    std::string base_;
};

TEST_F(CacheKeyTest, IsADigestAndStays) {
    EXPECT_EQ(base_.size(), 64u);
    EXPECT_EQ(key(), base_);
}

TEST_F(CacheKeyTest, FollowsThePlugin) {
    entry_.sha256[0] = 'b';
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheStageTypeAndItsVersion) {
    entry_.type.version = "1.0.1";
    EXPECT_NE(key(), base_);
    entry_.type.version = "1.0.0";
    entry_.type.id = "other";
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheOptions) {
    options_.set("level", 4);
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, DoesNotFollowTheOrderOfOptions) {
    options_.remove("level");
    options_.set("level", 3);
    EXPECT_EQ(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheContentOfAFile) {
    file("one/pacman.conf", "[extra]\n");
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheContentOfATree) {
    file("one/tree/etc/issue", "");
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, DoesNotFollowWhereFilesLie) {
    fs::rename(folder_ + "/one", folder_ + "/two");
    options_.set("config", folder_ + "/two/pacman.conf");
    options_.set("tree", folder_ + "/two/tree");
    paths_[0].path = folder_ + "/two/pacman.conf";
    paths_[1].path = folder_ + "/two/tree";
    EXPECT_EQ(key(), base_);
}

TEST_F(CacheKeyTest, DoesNotFollowWhatIsThereToBeWritten) {
    file("out", "from the last run");
    EXPECT_EQ(key(), base_);
}

TEST_F(CacheKeyTest, FollowsInputsAndTheirOrder) {
    inputs_ = json::Object{{"in", json::Array{input("c"), input("b")}}};
    EXPECT_NE(key(), base_);
    inputs_ = json::Object{{"in", json::Array{input("b")}}};
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheDescriptionOfAnInput) {
    json::Value renamed = input("c");
    renamed.set("name", "renamed.tar");
    inputs_ = json::Object{{"in", json::Array{input("b"), renamed}}};
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, FollowsTheEpoch) {
    ++epoch_;
    EXPECT_NE(key(), base_);
}

TEST_F(CacheKeyTest, IsEmptyForWhatMustNotBeReused) {
    entry_.type.flags = SLIPWAY_IDEMPOTENT;
    EXPECT_EQ(key(), "");
    entry_.type.flags = SLIPWAY_DETERMINISTIC | SLIPWAY_EXTERNAL_EFFECTS;
    EXPECT_EQ(key(), "");
}

TEST_F(CacheKeyTest, NamesTheOptionWhoseFileIsMissing) {
    fs::remove(folder_ + "/one/pacman.conf");
    PlannedStage stage;
    stage.plugin = &entry_;
    auto made = cache_key(stage, options_, paths_, inputs_, epoch_);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().what,
              "option 'config': opening '" + folder_ + "/one/pacman.conf': No such file or directory");
}

} // namespace
} // namespace slipway::chain
