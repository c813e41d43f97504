// SPDX-License-Identifier: GPL-3.0-or-later
//
// Packages that somebody made to do harm, or that a disk damaged: what the stage says, and that it stops.
#include "fixture.hpp"

#include <gmock/gmock.h>
#include <output.hpp>
#include <support/fs.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tar_writer.hpp>
#include <unistd.h>

using namespace slipway;
using namespace slipway::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

struct BadInput : RootfsBuild {};

/// Our tar writer asks no questions: names that libarchive would not write.
std::string raw_tar(const std::vector<rootfs::Entry>& entries) {
    const support::UniqueFd memory(::memfd_create("tar", 0));
    rootfs::Output output(memory.get(), "tar");
    rootfs::TarWriter tar(output);
    for (const rootfs::Entry& entry : entries) {
        EXPECT_TRUE(tar.begin(entry));
        EXPECT_TRUE(tar.write(std::string(entry.size, 'x')));
        EXPECT_TRUE(tar.end());
    }
    EXPECT_TRUE(tar.finish());
    EXPECT_TRUE(output.flush());
    std::string bytes(output.size(), '\0');
    EXPECT_EQ(::pread(memory.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return bytes;
}

/// What the stage says to a package with an entry of this name or this target.
std::string said_to(const rootfs::Entry& entry) {
    struct : RootfsBuild {
        void TestBody() override {}
    } one;

    one.add_bytes("bad", raw_tar({entry}));
    EXPECT_EQ(one.build(), SLIPWAY_VERIFY);
    EXPECT_TRUE(one.host.outputs.empty());
    return one.host.said();
}

std::string said_to(const std::string& path) {
    return said_to(rootfs::Entry{.path = path});
}

/// The package of one file of zeros, small as it is, and zeros after it.
std::string zeros(std::int64_t size, const std::string& more = "") {
    return make_package({pkginfo("base", "1-1", more), {.path = "big", .size = size}}, Filter::zstd);
}

} // namespace

TEST_F(BadInput, NamesThatBreakLinesTreesOrPrograms) {
    EXPECT_EQ(said_to(".."), "package 'bad-1-1': entry '..' leaves the tree with '..'");
    EXPECT_EQ(said_to("a/.."), "package 'bad-1-1': entry 'a/..' leaves the tree with '..'");
    EXPECT_EQ(said_to("/"), "package 'bad-1-1': entry '/' has an absolute name");
    EXPECT_EQ(said_to("//etc"), "package 'bad-1-1': entry '//etc' has an absolute name");
    EXPECT_EQ(said_to("a//b"), "package 'bad-1-1': entry 'a//b' has an empty or '.' component");
    EXPECT_EQ(said_to("./a"), "package 'bad-1-1': entry './a' has an empty or '.' component");
    EXPECT_EQ(said_to("a\nb"),
              "package 'bad-1-1': entry 'a\\x0ab' has a control character in its name or target");
    EXPECT_EQ(said_to("a\x7f"),
              "package 'bad-1-1': entry 'a\\x7f' has a control character in its name or target");
    EXPECT_THAT(said_to("bad-\xff\xfe"), StartsWith("package 'bad-1-1': "));
    const std::string longest(4096, 'n');
    EXPECT_EQ(said_to(longest), "package 'bad-1-1': entry '" + longest.substr(0, 200)
                                    + "...' has a name or target of more than 4095 bytes");
    EXPECT_EQ(said_to({.path = "l", .type = rootfs::Type::symlink, .link = longest}).substr(0, 30),
              "package 'bad-1-1': entry 'nnnn");
    EXPECT_EQ(said_to({.path = "h", .type = rootfs::Type::hardlink, .link = "/etc/passwd"}),
              "package 'bad-1-1': entry '/etc/passwd' has an absolute name");
}

TEST_F(BadInput, ANulEndsNoName) {
    // What is behind it in the extended header must not get lost: it is another path then.
    using namespace std::string_literals;
    EXPECT_THAT(said_to("etc/passwd\0.sample"s + std::string(100, 'x')), StartsWith("package 'bad-1-1': "));
}

TEST_F(BadInput, DevicesAndSockets) {
    EXPECT_EQ(refusal({.path = "dev/mem", .type = S_IFCHR}),
              "package 'bad-1-1': entry 'dev/mem' is a device node");
    EXPECT_EQ(refusal({.path = "dev/sda", .type = S_IFBLK}),
              "package 'bad-1-1': entry 'dev/sda' is a device node");
}

TEST_F(BadInput, WritesThroughItsOwnLink) {
    add("base", {{.path = "l", .type = S_IFLNK, .symlink = "/etc"}, {.path = "l/x"}});
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(),
              "package 'base-1-1': 'l/x' would be written through 'l', a symlink of package 'base-1-1'");
}

TEST_F(BadInput, EntriesThatComeTwice) {
    add("base", {{.path = "x", .content = "1"}, {.path = "x", .content = "2"}});
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': entry 'x' comes twice");
}

TEST_F(BadInput, TenGigabytesOutOfNothing) {
    // Far more than the package says it installs: no byte of it is unpacked.
    add_bytes("base", zeros(10ll << 30));
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': entry 'big' makes it larger than 67108864 bytes unpacked, "
                           "far more than its installed size");
    EXPECT_TRUE(host.outputs.empty());
}

TEST_F(BadInput, ThePackageIsNotItsOwnJudge) {
    // .PKGINFO allows it, but the lock is what was agreed to: even skipping the content is too much.
    add_bytes("base", zeros(10ll << 30, "size = 10737418240\n"));
    lock_says("installed_size", 1000);
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': entry 'big' makes it larger than 67110864 bytes unpacked, "
                           "far more than its installed size");
}

TEST_F(BadInput, WhatIsAgreedToMayBeLarge) {
    const std::int64_t size = 80 << 20;
    add("base", {{.path = "big", .content = std::string(size, '\0')}},
        "size = " + std::to_string(size) + "\n");
    lock_says("installed_size", size);
    ASSERT_EQ(build(R"({"exclude": ["big"]})"), SLIPWAY_OK) << host.said();
}

TEST_F(BadInput, MuchAfterTheEnd) {
    std::string bytes = make_package({pkginfo("base", "1-1")});
    const std::string piece = compressed(std::string(16u << 20, '\0'), Filter::zstd);
    for (int i = 0; i < 5; ++i)
        bytes += piece;
    add_bytes("base", bytes);
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': more than 67108864 bytes follow its last entry");
}

TEST_F(BadInput, AMillionEntries) {
    // A frame of 1,000 empty files, a thousand times, and one more.
    std::string frame;
    for (int i = 0; i < 1000; ++i)
        frame += raw_tar({{.path = ".n"}}).substr(0, 512);
    frame = compressed(frame, Filter::zstd);
    std::string bytes = make_package({pkginfo("base", "1-1")}, Filter::none).substr(0, 1024);
    bytes = compressed(bytes, Filter::zstd);
    for (int i = 0; i < 1000; ++i)
        bytes += frame;
    add_bytes("base", bytes);
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': more than 1000000 entries");
}

TEST_F(BadInput, PkginfoAndLockDisagree) {
    const auto said = [](const char* key, support::json::Value value) {
        struct : RootfsBuild {
            void TestBody() override {}
        } one;

        one.add("base", {}, "arch = x86_64\nsize = 5\nbuilddate = 7\n");
        one.lock_says("architecture", "x86_64");
        one.lock_says("installed_size", 5);
        one.lock_says("build_date", 7);
        EXPECT_EQ(one.build(), SLIPWAY_OK) << one.host.said();

        struct : RootfsBuild {
            void TestBody() override {}
        } two;

        two.add("base", {}, "arch = x86_64\nsize = 5\nbuilddate = 7\n");
        two.lock_says(key, std::move(value));
        EXPECT_EQ(two.build(), SLIPWAY_VERIFY);
        return two.host.said();
    };
    EXPECT_EQ(said("version", "2-1"), "package 'base-2-1': its .PKGINFO says 'base-1-1'");
    EXPECT_EQ(said("architecture", "any"),
              "package 'base-1-1': its .PKGINFO says 'arch = x86_64', the lock 'any'");
    EXPECT_EQ(said("installed_size", 6), "package 'base-1-1': its .PKGINFO says 'size = 5', the lock 6");
    EXPECT_EQ(said("build_date", 8), "package 'base-1-1': its .PKGINFO says 'builddate = 7', the lock 8");
}

TEST_F(BadInput, PkginfoThatIsNone) {
    const auto said = [](const std::string& text) {
        struct : RootfsBuild {
            void TestBody() override {}
        } one;

        one.add_bytes("base", make_package({{.path = ".PKGINFO", .content = text}}));
        EXPECT_EQ(one.build(), SLIPWAY_VERIFY);
        return one.host.said();
    };
    EXPECT_EQ(said(""), "package 'base-1-1': .PKGINFO: no pkgname or no pkgver");
    EXPECT_EQ(said("pkgname = base\npkgver = 1-1\nsize = big\n"),
              "package 'base-1-1': .PKGINFO: 'size' is no number: 'big'");
    EXPECT_EQ(said("pkgname = base\npkgver = 1-1\nbuilddate = 1\x1b[0m\n"),
              "package 'base-1-1': .PKGINFO: 'builddate' is no number: '1\\x1b[0m'");
}

TEST_F(BadInput, MtreeThatIsNone) {
    const auto said = [](const std::string& text, slipway_status status = SLIPWAY_VERIFY) {
        struct : RootfsBuild {
            void TestBody() override {}
        } one;

        one.add_bytes("base", make_package({pkginfo("base", "1-1"), {.path = ".MTREE", .content = text}}));
        EXPECT_EQ(one.build(), status);
        return one.host.said();
    };
    const auto packed = [](const std::string& text) { return compressed(text, Filter::gzip); };
    EXPECT_EQ(said(packed("#mtree\n./usr/../../x type=file\n")),
              "package 'base-1-1': .MTREE: entry 'usr/../../x' leaves the tree with '..'");
    EXPECT_EQ(said(packed("#mtree\n./a\\012b type=file\n")),
              "package 'base-1-1': .MTREE: entry 'a\\x0ab' has a control character in its name or target");
    EXPECT_EQ(said(packed("#mtree\n" + std::string(1'000'000, '\n'))),
              "package 'base-1-1': .MTREE: more than 1000000 lines");
    EXPECT_EQ(said(packed(std::string(65u << 20, 'x')), SLIPWAY_RESOURCE),
              "package 'base-1-1': .MTREE: larger than 67108864 bytes unpacked");
    const std::string whole = packed("#mtree\n./a type=file\n");
    EXPECT_THAT(said(whole.substr(0, whole.size() / 2)), StartsWith("package 'base-1-1': .MTREE: "));
}

TEST_F(BadInput, MissingMtreeIsFine) {
    add("base", {dir("d"), {.path = "d/x"}});
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_THAT(tar(), HasSubstr("%FILES%\nd/\nd/x\n\n"));
}
