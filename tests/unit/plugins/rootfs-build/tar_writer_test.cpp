// SPDX-License-Identifier: GPL-3.0-or-later
//
// Python's tarfile judges the archives here; GNU tar and bsdtar do in the oracle test.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <support/fs.hpp>
#include <tar_writer.hpp>

#include <cstdlib>

using namespace slipway;
using namespace slipway::rootfs;

namespace {

class TarWriterTest : public testing::Test {
protected:
    void SetUp() override {
        fd_ = support::UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        ASSERT_TRUE(fd_);
    }

    void TearDown() override {
        std::remove(path_.c_str());
        std::remove((path_ + ".txt").c_str());
    }

    /// Write the entries without content and return the archive.
    std::string written(const std::vector<Entry>& entries) {
        Output output(fd_.get(), "tar");
        TarWriter writer(output);
        for (const Entry& entry : entries) {
            EXPECT_TRUE(writer.begin(entry));
            EXPECT_TRUE(writer.end());
        }
        EXPECT_TRUE(writer.finish());
        EXPECT_TRUE(output.flush());
        return support::read_file(path_).value();
    }

    /// What python reads of each entry: the expression `e` of `m`, a line each.
    std::string read_back(const std::string& e) {
        const std::string command = fmt::format(
            "python3 -c 'import tarfile\nfor m in tarfile.open(\"{}\"): print({})' >{}.txt", path_, e, path_);
        EXPECT_EQ(std::system(command.c_str()), 0);
        return support::read_file(path_ + ".txt").value();
    }

    std::string path_ =
        testing::TempDir() + "tar_writer_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    support::UniqueFd fd_;
};

} // namespace

TEST_F(TarWriterTest, PlainEntriesNeedNoExtendedHeader) {
    const std::string tar =
        written({{.path = "usr", .type = Type::directory, .mode = 0755, .mtime = {5}},
                 {.path = "usr/l", .type = Type::symlink, .mode = 0777, .link = "x"},
                 {.path = "usr/h", .type = Type::hardlink, .mode = 06755, .uid = 1, .link = "usr/f"},
                 {.path = "usr/p", .type = Type::fifo, .mode = 0600}});
    EXPECT_EQ(tar.size(), 6 * 512u);
    EXPECT_EQ(tar.substr(0, 5), std::string("usr/\0", 5));
    EXPECT_EQ(tar.substr(100, 8), std::string("0000755\0", 8));
    EXPECT_EQ(tar.substr(257, 8), std::string("ustar\00000", 8));
    EXPECT_EQ(read_back("m.name, m.type, oct(m.mode), m.uid, m.mtime, repr(m.linkname), m.pax_headers"),
              "usr b'5' 0o755 0 5 '' {}\n"
              "usr/l b'2' 0o777 0 0 'x' {}\n"
              "usr/h b'1' 0o6755 1 0 'usr/f' {}\n"
              "usr/p b'6' 0o600 0 0 '' {}\n");
}

TEST_F(TarWriterTest, WhatUstarCannotHoldIsInTheExtendedHeader) {
    const std::string name = "d/" + std::string(150, 'n');
    written({{.path = name,
              .type = Type::symlink,
              .uid = 2'097'152,
              .gid = 3'000'000,
              .mtime = {-2, 500'000'000},
              .link = "\xc3\xbc"}});
    EXPECT_EQ(
        read_back("sorted(m.pax_headers.items()) == [(\"gid\", \"3000000\"), (\"linkpath\", \"\\u00fc\"), "
                  "(\"mtime\", \"-1.5\"), (\"path\", m.name), (\"uid\", \"2097152\")], m.name"),
        "True " + name + "\n");
}

TEST_F(TarWriterTest, KeysAreSortedAndLengthsCountThemselves) {
    // "99 path=" + 90 + "\n" is 99 bytes; one more needs a third digit and is 101.
    const std::string tar =
        written({{.path = "\xc3\xbc" + std::string(88, 'a')}, {.path = "\xc3\xbc" + std::string(89, 'a')}});
    EXPECT_EQ(tar.substr(512, 8), "99 path=");
    EXPECT_EQ(tar[512 + 98], '\n');
    EXPECT_EQ(tar.substr(3 * 512 + 512, 9), "101 path=");
    EXPECT_EQ(tar[3 * 512 + 512 + 100], '\n');
    EXPECT_EQ(read_back("len(m.name)"), "89\n90\n");
}

TEST_F(TarWriterTest, AttributesAreBinary) {
    const std::string tar =
        written({{.path = "x", .xattrs = {{"user.b", std::string("\0\n=", 3)}, {"security.a", "1"}}}});
    const std::size_t a = tar.find("SCHILY.xattr.security.a=1\n");
    const std::size_t b = tar.find(std::string("SCHILY.xattr.user.b=\0\n=\n", 24));
    EXPECT_NE(a, std::string::npos);
    EXPECT_NE(b, std::string::npos);
    EXPECT_LT(a, b);
}

TEST_F(TarWriterTest, TimesAreExact) {
    written({{.path = "a", .mtime = {1, 250'000'000}},
             {.path = "b", .mtime = {-1, 0}},
             {.path = "c", .mtime = {9'000'000'000, 0}},
             {.path = "d", .mtime = {0, 1}}});
    // 8,589,934,591 is the last second that eleven octal digits can name.
    EXPECT_EQ(read_back("m.pax_headers.get(\"mtime\")"), "1.25\n-1\n9000000000\n0.000000001\n");
}

TEST_F(TarWriterTest, EightGigabytesNeedTheExtendedHeader) {
    Output output(fd_.get(), "tar");
    TarWriter writer(output);
    ASSERT_TRUE(writer.begin({.path = "small", .size = 077777777777}));
    EXPECT_EQ(output.size(), 512u);
    ASSERT_TRUE(writer.begin({.path = "large", .size = 0100000000000}));
    ASSERT_TRUE(output.flush());
    EXPECT_NE(support::read_file(path_).value().find(" size=8589934592\n"), std::string::npos);
}
