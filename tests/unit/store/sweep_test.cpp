// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gmock/gmock.h>
#include <store/store.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>

namespace slipway::store {
namespace {

namespace fs = std::filesystem;
using support::Change;
using support::Digest;
using testing::ElementsAre;
using testing::IsEmpty;

class SweepTest : public ::testing::Test {
protected:
    SweepTest() {
        std::string name = fs::temp_directory_path() / "slipway-sweep.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        store_.emplace(Store::open(folder_ + "/store").value());
        kept_ = store_->put("kept").value().digest.hex();
        lost_ = store_->put("lost!").value().digest.hex();
    }

    ~SweepTest() override { fs::remove_all(folder_); }

    support::Result<Swept> sweep(Change change = Change::made) const {
        return store_->sweep([this](const Digest& digest, std::time_t) { return digest.hex() == kept_; },
                             change);
    }

    std::string path_of(const std::string& hex) const { return store_->path_of(Digest::parse(hex).value()); }

    std::string folder_, kept_, lost_;
    std::optional<Store> store_;
};

TEST_F(SweepTest, RemovesWhatIsNotNeeded) {
    const auto swept = sweep();
    ASSERT_TRUE(swept);
    EXPECT_THAT(swept.value().artifacts, ElementsAre(Digest::parse(lost_).value()));
    EXPECT_EQ(swept.value().bytes, 5u);
    EXPECT_TRUE(fs::exists(path_of(kept_)));
    EXPECT_FALSE(fs::exists(path_of(lost_)));
    EXPECT_FALSE(fs::exists(fs::path(path_of(lost_)).parent_path())) << "an empty folder is left";
    EXPECT_THAT(sweep().value().artifacts, IsEmpty());
}

TEST_F(SweepTest, OnlyTellsIfAsked) {
    const auto swept = sweep(Change::told);
    EXPECT_THAT(swept.value().artifacts, ElementsAre(Digest::parse(lost_).value()));
    EXPECT_TRUE(fs::exists(path_of(lost_)));
}

TEST_F(SweepTest, TellsWhenAnArtifactCame) {
    const std::time_t now = std::time(nullptr);
    const auto swept = store_->sweep(
        [&](const Digest&, std::time_t stored) { return std::abs(stored - now) < 100; }, Change::made);
    EXPECT_THAT(swept.value().artifacts, IsEmpty());
}

TEST_F(SweepTest, LeavesWhatIsNoArtifact) {
    const std::string top = folder_ + "/store/sha256/", folder = fs::path(path_of(lost_)).parent_path();
    const std::string misplaced = top + "zz/" + std::string(64, 'a');
    fs::create_directory(top + "zz");
    for (const std::string& path : {folder + "/notes", misplaced, top + "README"})
        ASSERT_TRUE(support::write_file(path, "mine"));
    const std::string as_folder = folder + "/" + lost_.substr(0, 63) + (lost_.back() == '0' ? '1' : '0');
    fs::create_directory(as_folder);
    ASSERT_TRUE(sweep());
    for (const std::string& path : {folder + "/notes", misplaced, top + "README", as_folder})
        EXPECT_TRUE(fs::exists(path)) << path;
}

TEST_F(SweepTest, FollowsNoLink) {
    const std::string outside = folder_ + "/outside";
    const std::string hex = std::string(64, 'c');
    fs::create_directory(outside);
    ASSERT_TRUE(support::write_file(outside + "/" + hex, "not ours"));
    fs::create_symlink(outside, folder_ + "/store/sha256/cc");
    const std::string link =
        fs::path(path_of(kept_)).parent_path().string() + "/" + kept_.substr(0, 2) + std::string(62, 'd');
    fs::create_symlink(outside + "/" + hex, link);
    ASSERT_TRUE(sweep());
    EXPECT_TRUE(fs::exists(outside + "/" + hex));
    EXPECT_TRUE(fs::is_symlink(link));
    fs::rename(folder_ + "/store", folder_ + "/elsewhere");
    fs::create_directory_symlink(folder_ + "/elsewhere", folder_ + "/store");
    EXPECT_EQ(sweep().error().kind, support::Kind::denied);
}

TEST_F(SweepTest, AFileWithAnotherNameFreesNothing) {
    fs::create_hard_link(path_of(lost_), folder_ + "/copy");
    const auto swept = sweep();
    EXPECT_EQ(swept.value().artifacts.size(), 1u);
    EXPECT_EQ(swept.value().bytes, 0u);
}

TEST_F(SweepTest, FinishesWholeDraftsAndLeavesTheOthers) {
    const std::string bytes = "a package", digest = Digest::of(bytes).hex();
    const std::string tmp = folder_ + "/store/tmp/";
    ASSERT_TRUE(support::write_file(tmp + "taken-" + digest, bytes));
    ASSERT_TRUE(support::write_file(tmp + "taken-" + std::string(64, 'e'), "half a pack"));
    ASSERT_TRUE(support::write_file(tmp + "abcdef", "a draft"));
    store_->finish_drafts();
    EXPECT_TRUE(fs::exists(path_of(digest)));
    EXPECT_EQ(std::distance(fs::directory_iterator(tmp), {}), 2);
}

} // namespace
} // namespace slipway::store
