// SPDX-License-Identifier: GPL-3.0-or-later
//
// The expected texts were written by pacman 6.0.2; the oracle test compares with a live one.
#include <gtest/gtest.h>
#include <local_db.hpp>

using namespace slipway::rootfs;

TEST(PkgInfo, ReadsAsLibalpmDoes) {
    const auto parsed =
        parse_pkginfo("# comment\npkgname = a\npkgname = b\npkgver = 1:2-3\nnonsense\nx =y\n"
                      "pkgdesc = one = two\nurl = \nsize = 7\nunknown = z\ndepend = c>=1\ndepend = d");
    ASSERT_TRUE(parsed) << parsed.error().what;
    const PackageInfo& info = parsed.value();
    EXPECT_EQ(info.name, "b");
    EXPECT_EQ(info.version, "1:2-3");
    EXPECT_EQ(info.desc, "one = two");
    EXPECT_EQ(info.url, "");
    EXPECT_EQ(info.arch, std::nullopt);
    EXPECT_EQ(info.size, 7);
    EXPECT_EQ(info.depends, (std::vector<std::string>{"c>=1", "d"}));
}

TEST(PkgInfo, RefusesWhatItCannotTrust) {
    EXPECT_EQ(parse_pkginfo("pkgname = a\n").error().what, "no pkgname or no pkgver");
    EXPECT_EQ(parse_pkginfo("pkgname = a\npkgver = 1-1\nsize = 1x\n").error().what,
              "'size' is no number: '1x'");
    EXPECT_FALSE(parse_pkginfo("pkgname = a\npkgver = 1-1\nbuilddate = \n"));
}

TEST(Desc, HasAllFieldsInPacmansOrder) {
    const auto info =
        parse_pkginfo("pkgname = n\npkgver = 1-1\npkgbase = b\npkgdesc = d\nurl = \narch = any\n"
                      "packager = p\nbuilddate = 5\nsize = 6\ngroup = g1\ngroup = g2\n"
                      "license = GPL\nreplaces = r\ndepend = e\noptdepend = o: why\n"
                      "conflict = c<2\nprovides = v=1\n");
    ASSERT_TRUE(info);
    EXPECT_EQ(
        desc_text(info.value(), {.reason = Reason::dependency}, 9),
        "%NAME%\nn\n\n%VERSION%\n1-1\n\n%BASE%\nb\n\n%DESC%\nd\n\n%URL%\n\n\n%ARCH%\nany\n\n"
        "%BUILDDATE%\n5\n\n%INSTALLDATE%\n9\n\n%PACKAGER%\np\n\n%SIZE%\n6\n\n%REASON%\n1\n\n"
        "%GROUPS%\ng1\ng2\n\n%LICENSE%\nGPL\n\n%VALIDATION%\nsha256\n\n%REPLACES%\nr\n\n%DEPENDS%\ne\n\n"
        "%OPTDEPENDS%\no: why\n\n%CONFLICTS%\nc<2\n\n%PROVIDES%\nv=1\n\n");
}

TEST(Desc, LeavesOutWhatIsNotThere) {
    const auto info = parse_pkginfo("pkgname = n\npkgver = 1-1\n");
    ASSERT_TRUE(info);
    EXPECT_EQ(desc_text(info.value(), {}, 9),
              "%NAME%\nn\n\n%VERSION%\n1-1\n\n%INSTALLDATE%\n9\n\n%VALIDATION%\nsha256\n\n");
}

TEST(Desc, ASignedPackageWasNotJudgedByItsChecksum) {
    const auto info = parse_pkginfo("pkgname = n\npkgver = 1-1\n");
    ASSERT_TRUE(info);
    EXPECT_EQ(desc_text(info.value(), {.key = "ABCD"}, 9),
              "%NAME%\nn\n\n%VERSION%\n1-1\n\n%INSTALLDATE%\n9\n\n%VALIDATION%\npgp\n\n");
}

TEST(Files, AreSortedBytewise) {
    EXPECT_EQ(files_text({"usr/", "usr/b", "usr-x", "usr/B", "usr/\xc3\xbc"}, {}),
              "%FILES%\nusr-x\nusr/\nusr/B\nusr/b\nusr/\xc3\xbc\n\n");
    EXPECT_EQ(files_text({}, {}), "");
}

TEST(Files, ListBackupsInTheirOrderAndMissingOnesAsPacmanDoes) {
    EXPECT_EQ(files_text({"etc/a"}, {{"etc/z", "0123"}, {"etc/a"}}),
              "%FILES%\netc/a\n\n%BACKUP%\netc/z\t0123\netc/a\t(null)\n\n");
}
