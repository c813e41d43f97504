// SPDX-License-Identifier: GPL-3.0-or-later
//
// The messages; that the verdict is pacman's is oracle.sh's to judge.
#include "inventory_of.hpp"
#include "package_database.hpp"

#include <gmock/gmock.h>

namespace {

using namespace slipway::rootfs_test;
using namespace slipway::test;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string local = "var/lib/pacman/local/";

// printf x | sha256sum
const std::string mtree = R"(#mtree
/set type=file uid=0 gid=0 mode=644
./.PKGINFO time=1.0 size=3
./usr time=1.0 mode=755 type=dir
./usr/f time=1.0 size=1 sha256digest=2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
./usr/l time=1.0 mode=777 type=link link=f
./etc.conf time=1.0 size=1 sha256digest=2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
)";

std::vector<TarFile> tree() {
    return {
        folder("usr"),
        file("usr/f", "x"),
        soft_link("usr/l", "f"),
        file("etc.conf", "x"),
        folder(local + "a-1-1"),
        file(local + "a-1-1/desc", "%NAME%\na\n\n"),
        file(local + "a-1-1/files", "%FILES%\nusr/\nusr/f\nusr/l\netc.conf\n\n%BACKUP%\netc.conf\tabc\n\n"),
        file(local + "a-1-1/mtree", mtree)};
}

std::vector<std::string> found(const std::vector<TarFile>& files,
                               const std::vector<std::string>& allowed = {}) {
    return lines_of(check_package_database(inventory_of(files), allowed));
}

TEST(PackageDatabase, PassesWhatIsAsItWas) {
    EXPECT_THAT(found(tree()), IsEmpty());
    EXPECT_EQ(check_package_database(inventory_of(tree()), {}).expects,
              "every file of 1 packages is there, as its package had it");
}

TEST(PackageDatabase, NamesWhatIsNot) {
    auto files = tree();
    files[0] = folder("usr", 0700);
    files[1] = file("usr/f", "yy");
    files[1].entry.uid = 5;
    files[2] = soft_link("usr/l", "g");
    EXPECT_THAT(
        found(files),
        ElementsAre("usr: mode 0700 | mode 0755", "usr/f: owner 5:0 | owner 0:0", "usr/f: size 2 | size 1",
                    // printf yy | sha256sum
                    "usr/f: sha256 ef90d9c1ec76b1edc9edfaf2c0c05359c10ccc49ae8ecf7b7fd25ce9c02e86a4 | "
                    "sha256 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
                    "usr/l: link g | link f"));
    files[1] = soft_link("usr/f", "x");
    EXPECT_THAT(found(files), testing::Contains("usr/f: type symlink | type file"));
}

TEST(PackageDatabase, ABackupFileMayHaveOtherContent) {
    auto files = tree();
    files[3] = file("etc.conf", "edited");
    EXPECT_THAT(found(files), IsEmpty());
    files[3] = file("etc.conf", "edited", 0600);
    EXPECT_THAT(found(files), ElementsAre("etc.conf: mode 0600 | mode 0644"));
}

TEST(PackageDatabase, MissingIsWhatNoExtractDoesNotCover) {
    auto files = tree();
    files.erase(files.begin(), files.begin() + 3);
    EXPECT_THAT(found(files), ElementsAre("usr: missing | a file of package 'a-1-1'",
                                          "usr/f: missing | a file of package 'a-1-1'",
                                          "usr/l: missing | a file of package 'a-1-1'"));
    EXPECT_THAT(found(files, {"usr/*"}), IsEmpty());
    EXPECT_THAT(found(files, {"usr/*", "!usr/l"}), ElementsAre("usr/l: missing | a file of package 'a-1-1'"));
}

TEST(PackageDatabase, ItsOwnFilesMustBeThere) {
    auto files = tree();
    files.pop_back();
    EXPECT_THAT(found(files), ElementsAre(local + "a-1-1/mtree: missing | a file of pacman's database"));
    files.push_back(file(local + "a-1-1/mtree", "no mtree"));
    EXPECT_THAT(found(files), testing::Contains(testing::EndsWith(" | an mtree file")));
    EXPECT_THAT(found({file("a")}), ElementsAre("var/lib/pacman/local: no package | a package database"));
}

} // namespace
