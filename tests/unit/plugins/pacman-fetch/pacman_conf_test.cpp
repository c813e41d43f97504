// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman.conf, judged by pacman-conf(8) where that can be.
#include <alpm.h>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pacman_conf.hpp>
#include <siglevel.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

namespace slipway::pacman_fetch {
namespace {

using test::Scratch;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const arch = R"(# Arch's own, in short
[options]
HoldPkg     = pacman glibc
Architecture = x86_64 x86_64_v3
IgnorePkg   = linux  linux-*
IgnorePkg   = glibc
IgnoreGroup = kde
CheckSpace
ParallelDownloads = 5
SigLevel    = Required DatabaseOptional
LocalFileSigLevel = Optional

[core]
Include = mirrors/*.list

[extra]
CacheServer = http://cache/$repo
Server = https://a/$repo/os/$arch
SigLevel = PackageOptional TrustAll
Usage = Sync Install

  [custom]
SigLevel = Never
Server = file:///srv/custom
)";

class PacmanConfTest : public testing::Test {
protected:
    support::Result<PacmanConf> read(const std::string& text) {
        test::write(scratch_ / "pacman.conf", text);
        return read_pacman_conf(scratch_ / "pacman.conf");
    }

    std::string refusal(const std::string& text) {
        auto conf = read(text);
        if (conf) return "was not refused";
        std::string what = conf.error().what;
        for (auto at = what.find(scratch_.path()); at != std::string::npos; at = what.find(scratch_.path()))
            what.erase(at, scratch_.path().size() + 1);
        return what;
    }

    Scratch scratch_;
};

TEST_F(PacmanConfTest, ReadsAllThatMatters) {
    ASSERT_TRUE(support::make_dirs(scratch_ / "mirrors"));
    test::write(scratch_ / "mirrors/b.list", "Server = https://b/$repo\n");
    test::write(scratch_ / "mirrors/a.list", "# the nearest\nServer = https://a/$repo/os/$arch\n");
    auto conf = read(arch);
    ASSERT_TRUE(conf) << conf.error().message();
    const PacmanConf& c = conf.value();
    EXPECT_THAT(c.architectures, ElementsAre("x86_64", "x86_64_v3"));
    EXPECT_THAT(c.ignore, ElementsAre("linux", "linux-*", "glibc"));
    EXPECT_THAT(c.ignore_groups, ElementsAre("kde"));
    EXPECT_THAT(c.warnings, ElementsAre());
    ASSERT_EQ(c.repositories.size(), 3u);
    EXPECT_THAT(c.repositories[0].servers, ElementsAre("https://a/$repo/os/$arch", "https://b/$repo"));
    EXPECT_THAT(c.repositories[1].cache_servers, ElementsAre("http://cache/$repo"));
    EXPECT_EQ(c.repositories[1].usage, ALPM_DB_USAGE_SYNC | ALPM_DB_USAGE_INSTALL);
    EXPECT_EQ(siglevel_text(c.repositories[0].siglevel),
              "PackageRequired PackageTrustedOnly DatabaseOptional DatabaseTrustedOnly");
    EXPECT_EQ(siglevel_text(c.repositories[1].siglevel),
              "PackageOptional PackageTrustAll DatabaseOptional DatabaseTrustAll");
    EXPECT_EQ(siglevel_text(c.repositories[2].siglevel), "Never");
}

TEST_F(PacmanConfTest, SigLevelsAreThoseOfPacmanConf) {
    const std::vector<std::string> words{"Never",           "Optional",         "Required",
                                         "TrustedOnly",     "TrustAll",         "PackageNever",
                                         "PackageRequired", "PackageOptional",  "PackageTrustAll",
                                         "DatabaseNever",   "DatabaseRequired", "DatabaseTrustAll"};
    for (const std::string& global : words)
        for (const std::string& own : words) {
            const std::string text = "[options]\nArchitecture = x86_64\nSigLevel = " + global
                                     + "\n[core]\nServer = file:///x\nSigLevel = " + own + "\n";
            auto conf = read(text);
            ASSERT_TRUE(conf);
            const auto told = test::run(
                {"pacman-conf", "--config", scratch_ / "pacman.conf", "--repo", "core", "SigLevel"});
            // It prints words of its own for each bit; put through our reader they must mean the same again.
            SigLevel theirs;
            ASSERT_TRUE(theirs.add(words_of(told.output))) << told.output << told.errors;
            EXPECT_EQ(siglevel_text(theirs.over(0)), siglevel_text(conf.value().repositories[0].siglevel))
                << global << " / " << own << ": " << told.output;
        }
}

TEST_F(PacmanConfTest, WarnsWithFileAndLine) {
    auto conf =
        read("[options]\nFoo = bar\nNoExtract = usr/share/doc/*\n[core]\nServr = x\nServer = file:///x\n");
    ASSERT_TRUE(conf) << conf.error().message();
    const std::string path = scratch_ / "pacman.conf";
    EXPECT_THAT(conf.value().warnings,
                ElementsAre(path + ":2: unknown directive 'Foo' in section 'options'",
                            path + ":3: 'NoExtract' has no effect: rootfs-build has an option for it",
                            path + ":5: unknown directive 'Servr' in section 'core'"));
}

TEST_F(PacmanConfTest, Refusals) {
    EXPECT_EQ(refusal("Color\n"), "pacman.conf:1: 'Color' is in no section");
    EXPECT_EQ(refusal("[options]\n\nSigLevel = Sometimes\n"),
              "pacman.conf:3: SigLevel: 'Sometimes' is not known");
    EXPECT_EQ(refusal("[options]\nIgnorePkg\n"), "pacman.conf:2: 'IgnorePkg' needs a value");
    EXPECT_EQ(refusal("[a/b]\n"), "pacman.conf:1: repository 'a/b': not a usable name");
    EXPECT_EQ(refusal("[]\n"), "pacman.conf:1: repository '': not a usable name");
    EXPECT_EQ(refusal("[a]\n[a]\n"), "pacman.conf:2: repository 'a' is there twice");
    EXPECT_EQ(refusal("[a]\nUsage = Sometimes\n"), "pacman.conf:2: 'Sometimes' is no Usage");
    EXPECT_EQ(refusal("[a]\nInclude = none/*\n"), "pacman.conf:2: including 'none/*': no such file");
    EXPECT_EQ(refusal("[a]\nInclude =\n"), "pacman.conf:2: 'Include' without a file");
    EXPECT_EQ(refusal(std::string("[a]\nServer = x\0y\n", 16)), "pacman.conf:2: a NUL byte");
    EXPECT_EQ(refusal("= x\n"), "pacman.conf:1: a line without a directive's name");
    EXPECT_THAT(refusal("[a]\nInclude = pacman.conf\n"), HasSubstr("repository 'a' is there twice"));
    EXPECT_THAT(refusal("Include = pacman.conf\n"), HasSubstr("included more than 10 files deep"));
}

TEST_F(PacmanConfTest, AutoIsNoArchitecture) {
    EXPECT_THAT(read("[options]\nArchitecture = auto\n[a]\nServer = file:///x\n").value().architectures,
                ElementsAre());
}

} // namespace
} // namespace slipway::pacman_fetch
