// SPDX-License-Identifier: GPL-3.0-or-later
//
// What options and a pacman.conf come to together.
#include <alpm.h>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <settings.hpp>
#include <siglevel.hpp>
#include <support/fs.hpp>

namespace slipway::pacman_fetch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SettingsTest : public testing::Test {
protected:
    SettingsTest() {
        test::write(scratch_ / "pacman.conf",
                    "[options]\nArchitecture = aarch64\nIgnorePkg = linux\nColour\n"
                    "SigLevel = Required DatabaseOptional\n[core]\nServer = http://live\n"
                    "CacheServer = http://cache\n[extra]\nSigLevel = Never\nServer = http://x\n");
    }

    Settings read(const std::string& options) {
        auto settings = try_read(options);
        EXPECT_TRUE(settings) << settings.error().message();
        return settings ? std::move(settings).value() : Settings{};
    }

    support::Result<Settings> try_read(std::string options) {
        if (const auto at = options.find("CONF"); at != std::string::npos)
            options.replace(at, 4, scratch_ / "pacman.conf");
        return read_settings(support::json::parse(options).value(), pointer_);
    }

    std::string refusal(const std::string& options) {
        auto settings = try_read(options);
        return settings ? "was not refused" : settings.error().what + " at " + pointer_;
    }

    test::Scratch scratch_;
    std::string pointer_;
};

TEST_F(SettingsTest, FromTheConfiguration) {
    const Settings s = read(R"({"install": ["base"], "config": "CONF", "ignore": ["nano"]})");
    EXPECT_EQ(s.architecture(), "aarch64");
    EXPECT_THAT(s.resolver.ignore, ElementsAre("linux", "nano"));
    ASSERT_EQ(s.repositories.size(), 2u);
    EXPECT_THAT(s.repositories[0].cache_servers, ElementsAre("http://cache"));
    EXPECT_EQ(s.keyring, "/usr/share/pacman/keyrings");
    EXPECT_THAT(s.warnings, ElementsAre(testing::HasSubstr("pacman.conf:4: unknown directive 'Colour'")));
}

TEST_F(SettingsTest, OptionsWinOverTheConfiguration) {
    const Settings s =
        read(R"({"install": ["base"], "config": "CONF", "architecture": "x86_64", "keyring": "/k",
        "siglevel": "PackageOptional"})");
    EXPECT_EQ(s.architecture(), "x86_64");
    EXPECT_EQ(s.keyring, "/k");
    EXPECT_EQ(siglevel_text(s.repositories[0].siglevel),
              "PackageOptional PackageTrustedOnly DatabaseOptional DatabaseTrustedOnly");
    const Settings own = read(
        R"({"install": ["base"], "config": "CONF", "repositories": [{"name": "mine", "servers": ["http://m"]}]})");
    ASSERT_EQ(own.repositories.size(), 1u);
    EXPECT_EQ(own.repositories[0].name, "mine");
}

TEST_F(SettingsTest, SigLevelWithoutAConfiguration) {
    const auto level = [this](const std::string& more, const std::string& own = "") {
        const Settings s = read(R"({"install": ["a"], "repositories": [{"name": "r", "servers": ["http://m"])"
                                + own + "}]" + more + "}");
        return siglevel_text(s.repositories.at(0).siglevel)
               + (s.keyring.empty() ? "" : ", keyring " + s.keyring);
    };
    EXPECT_EQ(level(""), "Never");
    EXPECT_EQ(level(R"(, "keyring": "/k")"),
              "PackageRequired PackageTrustedOnly DatabaseOptional DatabaseTrustedOnly, keyring /k");
    EXPECT_EQ(level(R"(, "siglevel": "Required")"),
              "PackageRequired PackageTrustedOnly DatabaseRequired DatabaseTrustedOnly, keyring "
              "/usr/share/pacman/keyrings");
    EXPECT_EQ(level(R"(, "siglevel": "Required")", R"(, "siglevel": "Never")"), "Never");
    EXPECT_EQ(level(R"(, "keyring": "/k")", R"(, "siglevel": "DatabaseNever PackageTrustAll")"),
              "PackageRequired PackageTrustAll DatabaseNever, keyring /k");
}

TEST_F(SettingsTest, ASnapshotLeavesNoOtherServer) {
    const Settings s = read(R"({"install": ["base"], "config": "CONF", "snapshot": "2026/11/05"})");
    for (const Repository& repository : s.repositories) {
        EXPECT_THAT(repository.servers,
                    ElementsAre("https://archive.archlinux.org/repos/2026/11/05/$repo/os/$arch"));
        EXPECT_THAT(repository.cache_servers, IsEmpty());
    }
    EXPECT_EQ(package_urls(s.repositories[0], s.architecture(), "a-1:1-1.pkg").at(0),
              "https://archive.archlinux.org/repos/2026/11/05/core/os/aarch64/a-1:1-1.pkg");
    const Settings own =
        read(R"({"install": ["a"], "repositories": [{"name": "core"}], "snapshot": "2026/11/05",
        "archive": "file:///srv/archive/"})");
    EXPECT_THAT(own.repositories[0].servers,
                ElementsAre("file:///srv/archive/repos/2026/11/05/$repo/os/$arch"));
}

TEST_F(SettingsTest, TheRest) {
    const Settings s =
        read(R"({"install": ["a"], "repositories": [{"name": "r", "servers": ["http://m"]}], "jobs": 3,
        "proxy": "http://p", "no_proxy": "x,y", "netrc": "/n", "ca_file": "/c", "valid_at": "build",
        "providers": ["gawk"], "exclude": ["nano"], "assume_installed": ["x=1"]})");
    EXPECT_EQ(s.downloads.parallel, 3u);
    EXPECT_EQ(s.downloads.network.proxy + s.downloads.network.no_proxy, "http://px,y");
    EXPECT_EQ(s.downloads.network.netrc + s.downloads.network.ca_file, "/n/c");
    EXPECT_TRUE(s.valid_at_build);
    EXPECT_THAT(s.resolver.providers, ElementsAre("gawk"));
    EXPECT_THAT(s.resolver.exclude, ElementsAre("nano"));
    EXPECT_THAT(s.resolver.assume_installed, ElementsAre("x=1"));
    EXPECT_THAT(s.resolver.architectures, ElementsAre("x86_64"));
}

TEST_F(SettingsTest, Refusals) {
    EXPECT_EQ(refusal(R"({"install": ["a"]})"), "there is no repository at /repositories");
    EXPECT_EQ(refusal(R"({"install": ["a"], "repositories": [{"name": "r"}]})"),
              "repository 'r': no server at /repositories/0");
    EXPECT_EQ(refusal(R"({"install": ["a"], "config": "/nowhere"})"),
              "opening '/nowhere': No such file or directory at /config");
    EXPECT_EQ(
        refusal(
            R"({"install": ["a"], "repositories": [{"name": "r", "servers": ["http://m"], "siglevel": "Maybe"}]})"),
        "SigLevel: 'Maybe' is not known at /repositories/0");
    EXPECT_EQ(refusal(R"({"install": ["a"], "config": "CONF", "siglevel": "Maybe"})"),
              "SigLevel: 'Maybe' is not known at /siglevel");
}

} // namespace
} // namespace slipway::pacman_fetch
