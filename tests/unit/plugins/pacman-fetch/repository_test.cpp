// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lock.hpp>
#include <repository.hpp>
#include <support/json.hpp>

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

TEST(Repository, MessagesHaveNoCredentials) {
    EXPECT_EQ(without_credentials("https://user:p%40ss@host:1/x"), "https://host:1/x");
    EXPECT_EQ(without_credentials("https://a@b@host"), "https://host");
    EXPECT_EQ(without_credentials("https://host/x@y"), "https://host/x@y");
    EXPECT_EQ(without_credentials("file:///x@y"), "file:///x@y");
    EXPECT_EQ(without_credentials("nonsense@"), "nonsense@");
}

TEST(Lock, IsTheDocumentOfTheReference) {
    const auto digest = support::Digest::of("");
    const std::string hex = digest.hex();
    const std::vector<Database> databases{{"core", "http://somewhere/core.db", 123, digest}};
    const std::vector<Package> packages{
        {"core", "glibc", "2.40-1", "x86_64", "glibc-2.40-1-x86_64.pkg.tar.zst", 9000000, 48000000, digest,
         Reason::dependency},
        {"core", "base", "3-2", "any", "base-3-2-any.pkg.tar.zst", 1, 0, digest, Reason::explicit_target}};
    const std::string text = lock_text("x86_64", {"base"}, databases, packages);
    EXPECT_EQ(text.back(), '\n');
    auto parsed = support::json::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(
        support::json::dump(parsed.value()),
        R"({"slipway_lock":1,"architecture":"x86_64","targets":["base"],"databases":[)"
        R"({"repository":"core","sha256":")"
            + hex
            + R"(","size":123}],"packages":[)"
              R"({"repository":"core","name":"glibc","version":"2.40-1","architecture":"x86_64",)"
              R"("filename":"glibc-2.40-1-x86_64.pkg.tar.zst","size":9000000,"installed_size":48000000,"sha256":")"
            + hex
            + R"(","reason":"dependency"},)"
              R"({"repository":"core","name":"base","version":"3-2","architecture":"any",)"
              R"("filename":"base-3-2-any.pkg.tar.zst","size":1,"installed_size":0,"sha256":")"
            + hex + R"(","reason":"explicit"}]})");
}

} // namespace
} // namespace slipway::pacman_fetch
