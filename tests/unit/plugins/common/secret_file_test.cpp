// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/memory_folder.hpp>
#include <common/secret_file.hpp>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <filesystem>

namespace slipway::common {
namespace {

TEST(SecretFile, IsReadByItsPathAnyNumberOfTimes) {
    auto file = SecretFile::make("the key\n");
    ASSERT_TRUE(file);
    for (const std::string& path : {file.value().path(), file.value().path(), file.value().inherited_path()})
        EXPECT_EQ(support::read_file(path).value(), "the key\n");

    struct stat st {};

    ASSERT_EQ(::fstat(file.value().fd(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777u, 0400u) << "ssh takes no other";
}

TEST(SecretFile, IsZeroedAtTheEnd) {
    support::UniqueFd copy;
    {
        auto made = SecretFile::make("the key");
        const SecretFile file(std::move(made).value()); // moved, and still there
        copy = support::UniqueFd(::dup(file.fd()));
        EXPECT_EQ(support::read_file(file.path()).value(), "the key");
    }
    EXPECT_EQ(support::read_all(copy.get(), "copy").value(), std::string(7, '\0'));
}

TEST(MemoryFolder, IsOnNoDisk) {
    std::string path;
    {
        const auto folder = MemoryFolder::make();
        if (!folder) GTEST_SKIP() << "neither /tmp nor /dev/shm is in memory";
        path = folder->path();

        struct statfs fs {};

        ASSERT_EQ(::statfs(path.c_str(), &fs), 0);
        EXPECT_EQ(fs.f_type, TMPFS_MAGIC);

        struct stat st {};

        ASSERT_EQ(::stat(path.c_str(), &st), 0);
        EXPECT_EQ(st.st_mode & 07777u, 0700u);
        ASSERT_TRUE(support::write_file(path + "/file", "x"));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace slipway::common
