// SPDX-License-Identifier: GPL-3.0-or-later
//
// TLS, HTTP/2, kept connections, proxy, netrc, and conditional databases, against a real nginx.
#include <database.hpp>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <servers/nginx.hpp>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::pacman_fetch {
namespace {

using support::Kind;
using testing::Each;
using testing::HasSubstr;

class NetworkTest : public testing::Test {
protected:
    NetworkTest() : nginx_(www_.path()) { put("file", "content"); }

    void put(const std::string& name, const std::string& bytes) {
        EXPECT_TRUE(support::write_file(www_ / name, bytes));
    }

    support::Result<std::vector<Arrival>> get(const std::string& url, const http::Network& network = {}) {
        auto downloader = Downloader::create(
            {.network = network, .patience = {.rounds = 1, .pause = std::chrono::milliseconds(1)}});
        return downloader.value()->run({{"file", {url}, work_ / "got", 1000, std::nullopt}},
                                       {[] { return false; }});
    }

    test::Scratch www_;
    test::Scratch work_;
    test::Nginx nginx_;
};

TEST_F(NetworkTest, TlsIsVerified) {
    auto done = get(nginx_.tls_url() + "/file");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::verify);
    EXPECT_THAT(done.error().what, HasSubstr("SSL peer certificate"));
    done = get(nginx_.tls_url() + "/file", {.ca_file = nginx_.certificate()});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_THAT(nginx_.log().back(), HasSubstr("200 HTTP/2.0"));
}

TEST_F(NetworkTest, ConnectionsAreKept) {
    std::vector<Download> downloads;
    for (int i = 0; i < 60; ++i)
        downloads.push_back(
            {"file", {nginx_.url() + "/file"}, work_ / std::to_string(i), 1000, std::nullopt});
    auto downloader = Downloader::create({.parallel = 4});
    ASSERT_TRUE(downloader.value()->run(downloads, {[] { return false; }}));
    EXPECT_EQ(nginx_.log().size(), 60u);
    EXPECT_LE(nginx_.connections(), 4u);
}

TEST_F(NetworkTest, ThroughAProxy) {
    ASSERT_TRUE(get("http://nowhere.invalid/file", {.proxy = nginx_.url()}));
    EXPECT_THAT(nginx_.log(), Each(HasSubstr("200 HTTP/1.1")));
    const auto done =
        get("http://nowhere.invalid/file", {.proxy = nginx_.url(), .no_proxy = "nowhere.invalid"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "file from http://nowhere.invalid/file: couldn't resolve host name");
}

TEST_F(NetworkTest, TheEnvironmentsProxyIsNotUsed) {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    EXPECT_TRUE(get(nginx_.url() + "/file"));
    ::unsetenv("http_proxy");
}

TEST_F(NetworkTest, PasswordsFromNetrc) {
    ASSERT_TRUE(support::write_file(work_ / "netrc", "machine 127.0.0.1 login me password geheim\n"));
    EXPECT_EQ(get(nginx_.url() + "/private/file").error().kind, Kind::auth);
    const auto done = get(nginx_.url() + "/private/file", {.netrc = work_ / "netrc"});
    ASSERT_TRUE(done) << done.error().message();
}

class Databases : public NetworkTest {
protected:
    Databases() {
        test::write_graph(www_ / "r", {{"core", "a 1-1"}});
        plan_.repositories = {{"core", {nginx_.url() + "/r"}}};
    }

    support::Result<std::vector<Database>> fetch() {
        auto downloader = Downloader::create({.patience = {.rounds = 1}});
        return fetch_databases(*downloader.value(), {[] { return false; }}, plan_);
    }

    DatabasePlan plan_{{}, "x86_64", work_ / "pacman", DatabaseCache(work_ / "cache")};
};

TEST_F(Databases, AreNotSentAgain) {
    const auto first = fetch();
    ASSERT_TRUE(first) << first.error().message();
    ASSERT_TRUE(support::remove_tree(plan_.folder));
    const auto second = fetch();
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(second.value()[0].sha256, first.value()[0].sha256);
    EXPECT_THAT(nginx_.log(), testing::ElementsAre(HasSubstr("200 "), HasSubstr("304 ")));
    EXPECT_EQ(support::sha256_of_file(database_path(plan_.folder, "core")).value(), first.value()[0].sha256);
}

TEST_F(Databases, AreSentWhenChanged) {
    const auto first = fetch();
    test::write_graph(www_ / "r", {{"core", "a 1-1\nb 1-1"}});
    const auto second = fetch();
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_NE(second.value()[0].sha256, first.value()[0].sha256);
    EXPECT_THAT(nginx_.log(), Each(HasSubstr("200 ")));
}

TEST_F(Databases, ADamagedCacheIsNoHarm) {
    const auto first = fetch();
    for (const std::string& name : test::names_in(work_ / "cache"))
        if (name.ends_with(".db")) test::write(work_ / ("cache/" + name), "junk");
    const auto second = fetch();
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(second.value()[0].sha256, first.value()[0].sha256);
    for (const std::string& name : test::names_in(work_ / "cache"))
        if (name.ends_with(".json")) test::write(work_ / ("cache/" + name), "{");
    EXPECT_TRUE(fetch());
}

TEST_F(Databases, AreKeptWhileTheyAreUsed) {
    const auto age = [&] {
        for (const std::string& name : test::names_in(work_ / "cache"))
            std::filesystem::last_write_time(work_ / ("cache/" + name),
                                             std::filesystem::file_time_type::clock::now()
                                                 - std::chrono::hours(101 * 24));
    };
    ASSERT_TRUE(fetch());
    age();
    ASSERT_TRUE(fetch()); // not modified: that is a use
    test::write_graph(www_ / "other", {{"core", "a 1-1"}});
    plan_.repositories = {{"core", {nginx_.url() + "/other"}}};
    ASSERT_TRUE(fetch());
    EXPECT_EQ(test::names_in(work_ / "cache").size(), 4u);
    age();
    test::write_graph(www_ / "third", {{"core", "a 1-1"}});
    plan_.repositories = {{"core", {nginx_.url() + "/third"}}};
    ASSERT_TRUE(fetch());
    EXPECT_EQ(test::names_in(work_ / "cache").size(), 2u) << "of servers nobody asks any more";
}

TEST_F(Databases, TheNextServerHelpsIfOneIsDamaged) {
    EXPECT_TRUE(support::make_dirs(www_ / "html"));
    put("html/core.db", "<html>Welcome</html>");
    plan_.repositories[0].servers = {nginx_.url() + "/html", nginx_.url() + "/r"};
    const auto done = fetch();
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done.value()[0].origin, nginx_.url() + "/r/core.db");
    plan_.repositories[0].servers = {nginx_.url() + "/html"};
    EXPECT_EQ(fetch().error().what,
              "database 'core' from " + nginx_.url()
                  + "/html/core.db: not a readable tar file: Unrecognized archive format");
}

TEST_F(Databases, BombsAreRefused) {
    const std::string path = www_ / "r/core.db";
    const std::string folder = work_ / "bomb";
    EXPECT_TRUE(support::make_dirs(folder + "/a-1-1"));
    test::must_run({"truncate", "-s", "1G", folder + "/a-1-1/desc"});
    for (const char* sparse : {"--read-sparse", "--no-read-sparse"}) {
        test::must_run({"bsdtar", sparse, "--zstd", "--options=compression-level=1", "-C", folder, "-cf",
                        path, "a-1-1"});
        const auto done = fetch();
        ASSERT_FALSE(done) << sparse;
        EXPECT_EQ(done.error().kind, Kind::verify);
        EXPECT_EQ(done.error().what,
                  "database 'core' from " + nginx_.url() + "/r/core.db: unpacks to more than 536.9 MB");
    }
}

} // namespace
} // namespace slipway::pacman_fetch
