// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built plugin in a host in memory: what it makes of good packages, and what it says of bad ones.
#include "fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

using namespace slipway::test;
namespace json = slipway::support::json;
using testing::HasSubstr;

TEST_F(RootfsBuild, WritesTarAndManifest) {
    add("base", {dir("usr"), dir("usr/bin"), {.path = "usr/bin/x", .content = "hello", .mode = 04755}});
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_EQ(host.outputs.at("rootfs").at(0).name, "rootfs.tar");
    EXPECT_EQ(host.outputs.at("manifest").at(0).name, "manifest.json");
    EXPECT_THAT(tar(),
                HasSubstr("%NAME%\nbase\n\n%VERSION%\n1-1\n\n%INSTALLDATE%\n1793836800\n\n%REASON%\n1\n\n"));
    EXPECT_EQ(
        json::dump(line("usr/bin/x")),
        R"({"path":"usr/bin/x","type":"file","mode":"4755","uid":0,"gid":0,"size":5,)"
        R"("sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","mtime":1600000000,)"
        R"("package":"base-1-1"})");
    EXPECT_EQ(json::dump(line("var/lib")),
              R"({"path":"var/lib","type":"directory","mode":"0755","uid":0,"gid":0,"mtime":1793836800})");
}

TEST_F(RootfsBuild, NoPackagesGiveAnEmptyDatabase) {
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_EQ(line("var/lib/pacman/local/ALPM_DB_VERSION")["size"].as_integer(), 2);
}

TEST_F(RootfsBuild, MtimesAreClampedUnlessKept) {
    add("base", {{.path = "x"}});
    host.epoch = 1'500'000'000;
    ASSERT_EQ(build(), SLIPWAY_OK);
    EXPECT_EQ(line("x")["mtime"].as_integer(), 1'500'000'000);

    RootfsBuild other;
    other.add("base", {{.path = "x"}});
    other.host.epoch = 1'500'000'000;
    ASSERT_EQ(other.build(R"({"mtime": "keep"})"), SLIPWAY_OK);
    EXPECT_EQ(other.line("x")["mtime"].as_integer(), 1'600'000'000);
    EXPECT_EQ(other.line("var")["mtime"].as_integer(), 1'500'000'000);
}

TEST_F(RootfsBuild, ExcludeLeavesTheDatabaseAlone) {
    add("base", {dir("dev"), {.path = "dev/x"}, dir("tmp"), {.path = "tmp/y", .content = "y"}},
        "backup = tmp/y\n");
    ASSERT_EQ(build(R"({"exclude": ["./dev", "tmp/*"]})"), SLIPWAY_OK) << host.said();
    EXPECT_TRUE(line("dev").is_null());
    EXPECT_TRUE(line("dev/x").is_null());
    EXPECT_FALSE(line("tmp").is_null());
    EXPECT_TRUE(line("tmp/y").is_null());
    EXPECT_THAT(tar(), HasSubstr("%FILES%\ndev/\ndev/x\ntmp/\ntmp/y\n\n"
                                 "%BACKUP%\ntmp/y\t415290769594460e2e485922904f345d\n\n"));
}

TEST_F(RootfsBuild, NoExtractMakesTheFoldersItNeeds) {
    add("base", {dir("doc", 0700), {.path = "doc/copyright"}, {.path = "doc/README"}});
    ASSERT_EQ(build(R"({"no_extract": ["doc/*", "!doc/copyright"]})"), SLIPWAY_OK) << host.said();
    EXPECT_EQ(line("doc")["mode"].as_string(), "0755");
    EXPECT_TRUE(line("doc")["package"].is_null());
    EXPECT_FALSE(line("doc/copyright").is_null());
    EXPECT_TRUE(line("doc/README").is_null());
}

TEST_F(RootfsBuild, ABackupMayBeAHardLink) {
    add("base",
        {{.path = "a", .content = "y"}, {.path = "b", .hardlink = "a"}, {.path = "c", .hardlink = "b"}},
        "backup = c\n");
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_THAT(tar(), HasSubstr("%BACKUP%\nc\t415290769594460e2e485922904f345d\n\n"));
    EXPECT_EQ(line("c")["type"].as_string(), "hardlink");
    EXPECT_EQ(line("c")["link"].as_string(), "b");
}

TEST_F(RootfsBuild, MetadataMayComeLast) {
    add_bytes("late", make_package({{.path = "x", .content = "1"}, pkginfo("late", "1-1")}));
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_THAT(tar(), HasSubstr("%NAME%\nlate\n"));
}

TEST_F(RootfsBuild, MetadataMayComeAfterMegabytes) {
    const std::string list = compressed("#mtree\n./x type=file\n", Filter::gzip);
    add_bytes("late", make_package({{.path = "x", .content = std::string(3u << 20, '1')},
                                    {.path = "y", .content = "2"},
                                    {.path = ".MTREE", .content = list},
                                    pkginfo("late", "1-1")}));
    ASSERT_EQ(build(), SLIPWAY_OK) << host.said();
    EXPECT_THAT(tar(), HasSubstr("%FILES%\nx\n\n"));
    EXPECT_EQ(line("x")["size"].as_integer(), 3 << 20);
    EXPECT_TRUE(line("y").is_null()); // .MTREE does not name it
}

TEST_F(RootfsBuild, RefusesUnsafeEntries) {
    EXPECT_EQ(refusal({.path = "/etc/x"}), "package 'bad-1-1': entry '/etc/x' has an absolute name");
    EXPECT_EQ(refusal({.path = "usr/../../x"}),
              "package 'bad-1-1': entry 'usr/../../x' leaves the tree with '..'");
    EXPECT_EQ(refusal({.path = "../x"}), "package 'bad-1-1': entry '../x' leaves the tree with '..'");
    EXPECT_EQ(refusal({.path = "a\nb"}),
              "package 'bad-1-1': entry 'a\\x0ab' has a control character in its name or target");
    EXPECT_EQ(refusal({.path = "dev/sda", .type = S_IFBLK}),
              "package 'bad-1-1': entry 'dev/sda' is a device node");
    EXPECT_EQ(refusal({.path = "h", .hardlink = "../etc/passwd"}),
              "package 'bad-1-1': entry '../etc/passwd' leaves the tree with '..'");
    EXPECT_EQ(
        refusal({.path = "h", .hardlink = "etc/passwd"}),
        "package 'bad-1-1': hard link 'h' to 'etc/passwd': no file of this package that came before it");
    EXPECT_EQ(refusal({.path = ".INSTALL", .type = S_IFLNK, .symlink = "/etc/passwd"}),
              "package 'bad-1-1': entry '.INSTALL' is a symlink");
    EXPECT_EQ(refusal({.path = ".MTREE", .content = "no mtree at all"}).substr(0, 26),
              "package 'bad-1-1': .MTREE:");
    EXPECT_EQ(
        refusal({.path = "var/lib/pacman/local/ALPM_DB_VERSION", .content = "10\n"}),
        "file conflict: 'var/lib/pacman/local/ALPM_DB_VERSION' of package 'bad-1-1' is a file of pacman's "
        "database");
}

TEST_F(RootfsBuild, RefusesToWriteThroughALink) {
    add("one", {{.path = "bin", .type = S_IFLNK, .symlink = "/usr/bin"}});
    add("two", {{.path = "bin/x"}});
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(),
              "package 'two-1-1': 'bin/x' would be written through 'bin', a symlink of package 'one-1-1'");
}

TEST_F(RootfsBuild, NamesBothPackagesOfAConflict) {
    add("one", {{.path = "etc/x"}});
    add("two", {{.path = "etc/x"}});
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "file conflict: 'etc/x' of package 'two-1-1' is a file of package 'one-1-1'");
    EXPECT_EQ(host.diagnostics.back().hint, "pacman cannot install the two together either; leave one out");
}

TEST_F(RootfsBuild, RefusesAPackageThatIsNotTheLocks) {
    add_bytes("base", make_package({pkginfo("other", "2-1")}));
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': its .PKGINFO says 'other-2-1'");
}

TEST_F(RootfsBuild, RefusesAFileThatIsNoPackage) {
    add_bytes("base", make_package({{.path = "x"}}));
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': no .PKGINFO");

    RootfsBuild text;
    text.add_bytes("base", "this is no archive");
    EXPECT_EQ(text.build(), SLIPWAY_VERIFY);
    EXPECT_EQ(text.host.said(), "package 'base-1-1': Unrecognized archive format");
}

TEST_F(RootfsBuild, EveryTruncationIsFound) {
    const std::string whole =
        make_package({pkginfo("base", "1-1"), {.path = "x", .content = std::string(3000, 'x')}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        RootfsBuild cut;
        cut.add_bytes("base", whole.substr(0, size));
        EXPECT_EQ(cut.build(), SLIPWAY_VERIFY) << size << " of " << whole.size();
        EXPECT_EQ(cut.host.said().substr(0, 19), "package 'base-1-1':") << cut.host.said();
    }
}

TEST_F(RootfsBuild, ReadsToTheEndOfTheFile) {
    // What follows the last entry counts as well: the checksum of the content is there. The second frame is
    // larger than what libarchive decompresses ahead.
    const std::string more = make_package({{.path = "y", .content = std::string(4u << 20, 'y')}});
    add_bytes("base", make_package({pkginfo("base", "1-1"), {.path = "x"}}) + more + "this is no zstd frame");
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_THAT(host.said(), HasSubstr("package 'base-1-1': "));
}

TEST_F(RootfsBuild, SizeMustBeTheLocks) {
    const std::string whole = make_package({pkginfo("base", "1-1")});
    add_bytes("base", whole);
    packages[0].set("size", whole.size() + 1);
    EXPECT_EQ(build(), SLIPWAY_VERIFY);
    EXPECT_EQ(host.said(), "package 'base-1-1': the file has " + std::to_string(whole.size())
                               + " bytes, the lock says " + std::to_string(whole.size() + 1));
}

TEST_F(RootfsBuild, NamesAPackageThatIsNotThere) {
    lock("gone", "x");
    EXPECT_EQ(build(), SLIPWAY_NOT_FOUND);
    EXPECT_EQ(host.said(), "package 'gone-1-1' of the lock is not among the inputs");
}

TEST_F(RootfsBuild, StopsWhenCancelled) {
    add("base", {{.path = "x"}});
    host.cancelled = true;
    EXPECT_EQ(build(), SLIPWAY_CANCELLED);
    EXPECT_TRUE(host.outputs.empty());
}
