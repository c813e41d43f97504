// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <known_digests.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace slipway::rootfs {

namespace {

namespace fs = std::filesystem;

struct KnownDigestsTest : testing::Test {
    KnownDigestsTest() {
        std::string path = fs::temp_directory_path() / "digests-XXXXXX";
        EXPECT_NE(::mkdtemp(path.data()), nullptr);
        top = path;
    }

    ~KnownDigestsTest() override { fs::remove_all(top); }

    std::string folder() const { return top + "/digests"; }

    const std::string package = std::string(64, 'a'), other = std::string(64, 'b');
    const KnownDigests::Files files{{"usr/bin/a b", std::string(64, '1')}, {"etc/x", std::string(64, '2')}};
    std::string top;
};

} // namespace

TEST_F(KnownDigestsTest, are_there_the_next_time) {
    KnownDigests(folder()).keep(package, files);
    EXPECT_EQ(KnownDigests(folder()).find(package), files);
    EXPECT_TRUE(KnownDigests(folder()).find(other).empty());
}

TEST_F(KnownDigestsTest, a_damaged_record_is_none) {
    KnownDigests(folder()).keep(package, files);
    const std::string path = folder() + "/" + package;
    std::string text = support::read_file(path).value();
    for (const std::size_t at : {std::size_t{0}, std::size_t{70}, text.size() - 2}) {
        std::string damaged = text;
        damaged[at] = damaged[at] == '3' ? '4' : '3';
        std::ofstream(path) << damaged;
        EXPECT_TRUE(KnownDigests(folder()).find(package).empty()) << at;
    }
    std::ofstream(path) << std::string(text.size(), '\0'); // as a power loss may leave it
    EXPECT_TRUE(KnownDigests(folder()).find(package).empty());
    std::ofstream(path) << text.substr(0, 30);
    EXPECT_TRUE(KnownDigests(folder()).find(package).empty());
}

TEST_F(KnownDigestsTest, a_line_that_is_none) {
    KnownDigests(folder()).keep(package, files);
    const std::string lines = "x\n" + std::string(100, '1') + "\n";
    ASSERT_TRUE(
        support::write_file(folder() + "/" + package, support::Digest::of(package + lines).hex() + lines));
    EXPECT_TRUE(KnownDigests(folder()).find(package).empty());
}

TEST_F(KnownDigestsTest, a_record_under_another_packages_name_is_none) {
    KnownDigests(folder()).keep(package, files);
    fs::copy_file(folder() + "/" + package, folder() + "/" + other);
    EXPECT_TRUE(KnownDigests(folder()).find(other).empty());
}

TEST_F(KnownDigestsTest, go_when_they_are_not_used) {
    const KnownDigests known(folder());
    known.keep(package, files);
    known.keep(other, files);
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(101 * 24);
    for (const std::string& name : {package, other})
        fs::last_write_time(folder() + "/" + name, long_ago);
    EXPECT_EQ(known.find(package), files); // that is a use
    known.remove_old();
    EXPECT_EQ(known.find(package), files);
    EXPECT_TRUE(known.find(other).empty());
}

TEST_F(KnownDigestsTest, without_a_folder_nothing_is_kept) {
    const KnownDigests known("");
    known.keep(package, files);
    EXPECT_TRUE(known.find(package).empty());
}

} // namespace slipway::rootfs
