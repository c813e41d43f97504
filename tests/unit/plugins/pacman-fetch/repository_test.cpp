// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <repository.hpp>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using testing::ElementsAre;

TEST(Repository, NamesOfDatabases) {
    for (const char* name : {"core", "extra-testing", "Custom_1.0", "a@b+c", "_x"})
        EXPECT_TRUE(check_repository_name(name)) << name;
    for (const char* name :
         {"", "local", ".", "..", ".core", "-core", "a/b", "../core", "a b", "a\nb", "\xc3\xa4"}) {
        auto checked = check_repository_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().kind, Kind::config);
    }
    EXPECT_EQ(check_repository_name("../x\n").error().what, "repository '../x\\x0a': not a usable name");
    EXPECT_EQ(check_repository_name("local").error().what,
              "repository 'local': the name belongs to the database of installed packages");
}

TEST(Repository, FileNames) {
    EXPECT_TRUE(check_file_name("iputils-3:20221126-1-x86_64.pkg.tar.zst"));
    EXPECT_TRUE(check_file_name(std::string(255, 'x')));
    for (const std::string& name : {std::string(), std::string(".."), std::string("../x"), std::string("a/b"),
                                    std::string("/x"), std::string("a\nb"), std::string(256, 'x')}) {
        auto checked = check_file_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().kind, Kind::verify);
    }
    EXPECT_EQ(check_file_name("../x").error().what, "file name '../x': not a plain file name");
}

TEST(Repository, UrlsOfEveryServer) {
    const Repository repository{
        "core", {"https://a/$repo/os/$arch", "http://b:8080/$repo/", "file:///srv/$arch/$repo"}};
    EXPECT_THAT(urls_of(repository, "x86_64", "core.db"),
                ElementsAre("https://a/core/os/x86_64/core.db", "http://b:8080/core/core.db",
                            "file:///srv/x86_64/core/core.db"));
}

TEST(Repository, UrlsAreEncoded) {
    EXPECT_THAT(urls_of({"core", {"http://a"}}, "x86_64", "a-1:2+3~4-1-any.pkg.tar.zst"),
                ElementsAre("http://a/a-1:2+3~4-1-any.pkg.tar.zst"));
    EXPECT_THAT(urls_of({"core", {"http://a/x%20y/my repo"}}, "x86_64", "a b?c#d%e"),
                ElementsAre("http://a/x%20y/my%20repo/a%20b%3Fc%23d%25e"));
}

} // namespace
} // namespace slipway::pacman_fetch
