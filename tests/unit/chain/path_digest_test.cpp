// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/path_digest.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace slipway::chain {
namespace {

namespace fs = std::filesystem;

class PathDigestTest : public ::testing::Test {
protected:
    PathDigestTest() {
        std::string name = fs::temp_directory_path() / "slipway-digest.XXXXXX";
        folder_ = ::mkdtemp(name.data());
        fs::create_directories(folder_ / "tree/etc");
        write("tree/etc/motd", "hello\n");
        write("tree/b", "b");
        fs::create_symlink("etc/motd", folder_ / "tree/link");
    }

    ~PathDigestTest() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }

    std::string digest(const std::string& name = "tree") const {
        auto made = digest_of_path((folder_ / name).string());
        EXPECT_TRUE(made) << made.error().what;
        return made ? made.value().hex() : "";
    }

    /// Does the digest change with this?
    bool changes(const std::function<void()>& what) const {
        const std::string before = digest();
        what();
        return digest() != before;
    }

    fs::path folder_;
};

TEST_F(PathDigestTest, OfAFileIsThatOfItsBytes) {
    // printf 'hello\n' | sha256sum
    EXPECT_EQ(digest("tree/etc/motd"), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
}

TEST_F(PathDigestTest, OfATreeIsTheSameForACopyElsewhere) {
    fs::copy(folder_ / "tree", folder_ / "copy",
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    EXPECT_EQ(digest("copy"), digest("tree"));
}

TEST_F(PathDigestTest, FollowsContentNameModeAndLinkTarget) {
    EXPECT_TRUE(changes([&] { write("tree/b", "B"); }));
    EXPECT_TRUE(changes([&] { fs::rename(folder_ / "tree/b", folder_ / "tree/c"); }));
    EXPECT_TRUE(changes([&] { ::chmod((folder_ / "tree/c").c_str(), 0755); }));
    EXPECT_TRUE(changes([&] { fs::create_directory(folder_ / "tree/empty"); }));
    EXPECT_TRUE(changes([&] {
        fs::remove(folder_ / "tree/link");
        fs::create_symlink("etc/issue", folder_ / "tree/link");
    }));
}

TEST_F(PathDigestTest, TellsALinkFromAFileThatSaysTheSame) {
    EXPECT_TRUE(changes([&] {
        fs::remove(folder_ / "tree/link");
        write("tree/link", "etc/motd");
    }));
}

TEST_F(PathDigestTest, DoesNotFollowTimes) {
    EXPECT_FALSE(changes([&] {
        fs::last_write_time(folder_ / "tree/b", fs::file_time_type::clock::now() - std::chrono::hours(99));
    }));
}

TEST_F(PathDigestTest, DoesNotFollowLinksOutOfTheTree) {
    fs::create_symlink(folder_ / "outside", folder_ / "tree/out");
    fs::create_directory(folder_ / "outside");
    EXPECT_FALSE(changes([&] { write("outside/file", "x"); }));
}

TEST_F(PathDigestTest, TellsTwoTreesApartThatConcatenateToTheSame) {
    fs::create_directories(folder_ / "one/a");
    fs::create_directories(folder_ / "two");
    write("one/a/b", "");
    write("two/a", "");
    write("two/b", "");
    EXPECT_NE(digest("one"), digest("two"));
}

TEST_F(PathDigestTest, SaysWhatIsMissing) {
    auto made = digest_of_path((folder_ / "none").string());
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().what, "opening '" + (folder_ / "none").string() + "': No such file or directory");
}

} // namespace
} // namespace slipway::chain
