// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

using namespace slipway::support;
namespace fs = std::filesystem;

namespace {

class Fs : public testing::Test {
protected:
    Fs() {
        std::string pattern = testing::TempDir() + "slipway-fs-XXXXXX";
        dir_ = ::mkdtemp(pattern.data());
    }

    ~Fs() override { EXPECT_TRUE(remove_tree(dir_)); }

    std::string path(const std::string& name) const { return dir_ + "/" + name; }

    std::string dir_;
};

} // namespace

TEST_F(Fs, WriteFileWritesToWhatIsNoFile) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const UniqueFd reader(::open(path("pipe").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(write_file(path("pipe"), "text"));
    char text[4];
    ASSERT_EQ(::read(reader.get(), text, 4), 4);
    EXPECT_EQ(std::string_view(text, 4), "text");
    EXPECT_TRUE(fs::is_fifo(path("pipe")));
    fs::create_symlink("/dev/null", path("null"));
    ASSERT_TRUE(write_file(path("null"), "text"));
    EXPECT_TRUE(fs::is_symlink(path("null")));
    EXPECT_FALSE(write_file(dir_, "text"));
}

TEST_F(Fs, WriteFileReplacesAndLeavesNothingElse) {
    ASSERT_TRUE(write_file(path("a"), "one"));
    ASSERT_TRUE(write_file(path("a"), "two", 0600));
    EXPECT_EQ(read_file(path("a")).value(), "two");

    struct stat st {};

    ASSERT_EQ(::stat(path("a").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777u, 0600u);
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_), fs::directory_iterator()), 1);
}

TEST_F(Fs, WriteFileIntoMissingFolderSaysSo) {
    const auto result = write_file(path("none/a"), "x");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::not_found);
    EXPECT_NE(result.error().what.find("No such file or directory"), std::string::npos);
}

TEST_F(Fs, ReadFileHasALimit) {
    ASSERT_TRUE(write_file(path("a"), std::string(100, 'x')));
    EXPECT_EQ(read_file(path("a"), 100).value().size(), 100u);
    EXPECT_EQ(read_file(path("a"), 99).error().kind, Kind::resource);
}

TEST_F(Fs, RemoveTreeTakesReadOnlyFoldersAndSparesLinkTargets) {
    ASSERT_TRUE(make_dirs(path("keep")));
    ASSERT_TRUE(write_file(path("keep/file"), "x"));
    ASSERT_TRUE(make_dirs(path("tree/a/b")));
    ASSERT_TRUE(write_file(path("tree/a/b/file"), "x"));
    fs::create_symlink("../../keep", path("tree/a/link"));
    ASSERT_EQ(::chmod(path("tree/a/b").c_str(), 0), 0);
    ASSERT_TRUE(remove_tree(path("tree")));
    EXPECT_FALSE(fs::exists(path("tree")));
    EXPECT_TRUE(fs::exists(path("keep/file")));
    EXPECT_TRUE(remove_tree(path("tree")));
}

TEST_F(Fs, MakeDirsRefusesAFileInTheWay) {
    ASSERT_TRUE(write_file(path("file"), "x"));
    EXPECT_FALSE(make_dirs(path("file")));
    EXPECT_FALSE(make_dirs(path("file/sub")));
    EXPECT_TRUE(make_dirs(path("x/y/z")));
    EXPECT_TRUE(make_dirs(path("x/y/z")));
}

TEST_F(Fs, MeasureTreeCountsWhatWouldBeFreed) {
    ASSERT_TRUE(make_dirs(path("tree/deep")));
    ASSERT_TRUE(write_file(path("tree/a"), "12345"));
    ASSERT_TRUE(write_file(path("tree/deep/b"), "123"));
    ASSERT_TRUE(write_file(path("outside"), "1234567"));
    fs::create_symlink(path("outside"), path("tree/link"));
    fs::create_directory_symlink(dir_, path("tree/deep/loop"));
    fs::create_hard_link(path("outside"), path("tree/second-name"));
    const Amount amount = measure_tree(path("tree"));
    EXPECT_EQ(amount.files, 5u);
    EXPECT_EQ(amount.bytes, 8u);
    EXPECT_EQ(measure_tree(path("none")).files, 0u);
    EXPECT_EQ(measure_tree(path("tree/a")).bytes, 5u);
}

TEST_F(Fs, DraftsAreFoundWhereTheyAre) {
    ASSERT_TRUE(make_dirs(path("a/folder.draft/below.draft")));
    ASSERT_TRUE(write_file(path("a/file.draft"), "x"));
    ASSERT_TRUE(write_file(path("a/file"), "x"));
    auto drafts = drafts_in(dir_);
    std::sort(drafts.begin(), drafts.end());
    EXPECT_EQ(drafts, (std::vector<std::string>{path("a/file.draft"), path("a/folder.draft")}));
    ASSERT_TRUE(remove_drafts(dir_));
    EXPECT_EQ(measure_tree(dir_).files, 1u);
}

TEST(AbsolutePath, IsLexical) {
    EXPECT_EQ(absolute_path("/a/b", "c/../d/"), "/a/b/d");
    EXPECT_EQ(absolute_path("/a/b", "/x//y/."), "/x/y");
    EXPECT_EQ(absolute_path("/a", ".."), "/");
}

TEST_F(Fs, RemoveDraftsTakesDraftsAndNothingElse) {
    ASSERT_TRUE(make_dirs(path("a/folder.draft/below")));
    for (const char* name : {"kept", "a/1.draft", "a/folder.draft/kept", "a/draft"})
        ASSERT_TRUE(write_file(path(name), "x"));
    fs::create_symlink(path("kept"), path("link.draft"));
    ASSERT_TRUE(remove_drafts(dir_));
    for (const char* name : {"kept", "a/draft"})
        EXPECT_TRUE(fs::exists(path(name))) << name;
    for (const char* name : {"a/1.draft", "a/folder.draft", "link.draft"})
        EXPECT_FALSE(fs::exists(fs::symlink_status(path(name)))) << name;
    EXPECT_TRUE(remove_drafts(path("missing")));
}
