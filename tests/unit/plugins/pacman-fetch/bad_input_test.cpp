// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built stage before everything that servers and databases do wrong: status, message, and that the next
// run goes on. nginx serves; a RudeServer what nginx does not do (see there).
#include <fake_host/fake_host.hpp>
#include <fixture.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <servers/nginx.hpp>
#include <servers/rude_server.hpp>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/json.hpp>

#include <filesystem>

namespace slipway::test {
namespace {

namespace json = support::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* plugin = SLIPWAY_STAGES "/pacman-fetch.so";

class BadInput : public testing::Test {
protected:
    BadInput() : nginx_(www_.path()) {}

    struct Outcome {
        slipway_status status;
        std::string said;
        std::size_t packages;
    };

    Outcome fetch(const std::vector<std::string>& servers, const std::string& target = "a",
                  const json::Value& more = json::Object{}) {
        json::Value options =
            json::Object{{"repositories",
                          json::Array{json::Object{
                              {"name", "core"}, {"servers", json::Array(servers.begin(), servers.end())}}}},
                         {"install", json::Array{target}}};
        for (const json::Member& member : more.as_object())
            options.set(member.key, member.value);
        FakeHost host(plugin, "pacman-fetch");
        const auto status = host.execute(json::dump(options));
        return {status, host.said(), host.outputs["packages"].size()};
    }

    /// A real package `name` in /core, and the database of all of them.
    void publish(const std::string& name, const std::vector<std::string>& info = {}) {
        EXPECT_TRUE(support::make_dirs(www_ / "core"));
        std::vector<std::string> command{SLIPWAY_TOOLS "/make-test-package", www_ / "core", name, "1-1"};
        command.insert(command.end(), info.begin(), info.end());
        std::string path = must_run(command);
        path.pop_back();
        must_run({"repo-add", "-q", www_ / "core/core.db.tar.gz", path});
    }

    std::string url(const std::string& path = "") const { return nginx_.url() + "/core" + path; }

    Scratch www_;
    Nginx nginx_;
};

TEST_F(BadInput, FileNamesThatAreNone) {
    // libalpm refuses the first ones as it reads the database.
    const std::string illegal = "database 'core' from " + nginx_.url()
                                + "/core.db: core database is inconsistent: "
                                  "filename of package a is illegal";
    const std::string subject = "package 'a' of 'core': file name '";
    const std::pair<std::string, std::string> names[] = {
        {"../a.pkg", illegal},
        {"x/a.pkg", illegal},
        {"/etc/passwd", illegal},
        {"a\tb", subject + "a\\x09b': not a plain file name"},
        {std::string(300, 'x'), subject + std::string(255, 'x') + "': not a plain file name"}};
    for (const auto& [name, message] : names) {
        std::string desc = desc_of("a 1-1");
        const auto from = desc.find("a-1-1-any");
        desc.replace(from, desc.find('\n', from) - from, name);
        write_database(www_ / "core.db", {{"a-1-1", desc}});
        const auto outcome = fetch({nginx_.url()});
        EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
        EXPECT_EQ(outcome.said, message);
    }
}

TEST_F(BadInput, NoArchitecture) {
    std::string desc = desc_of("a 1-1");
    const auto from = desc.find("%ARCH%");
    desc.erase(from, desc.find("\n\n", from) + 2 - from);
    write_database(www_ / "core.db", {{"a-1-1", desc}});
    const auto outcome = fetch({nginx_.url()});
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_EQ(outcome.said, "package 'a' of 'core': the database has no %ARCH%");
}

TEST_F(BadInput, AFileNameEndsAtANul) {
    std::string desc = desc_of("a 1-1");
    desc.replace(desc.find("a-1-1-any"), 1, 1, '\0');
    write_database(www_ / "core.db", {{"a-1-1", desc}});
    const auto outcome = fetch({nginx_.url()});
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_THAT(outcome.said, StartsWith("package 'a' of 'core': the database has no %FILENAME%"));
}

TEST_F(BadInput, TwoPackagesOfOneFileName) {
    std::string desc = desc_of("b 1-1");
    desc.replace(desc.find("b-1-1-any"), 1, "a");
    write_database(www_ / "core.db", {{"a-1-1", desc_of("a 1-1")}, {"b-1-1", desc}});
    const auto outcome = fetch({nginx_.url()});
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_THAT(outcome.said, StartsWith("database 'core' from "));
    EXPECT_THAT(outcome.said, HasSubstr("packages 'a' and 'b' have one %FILENAME%: 'a-1-1-any.pkg.tar.zst'"));
}

TEST_F(BadInput, DependenciesThatCannotBe) {
    write_graph(
        www_.path(),
        {{"core", "a 1-1 depends=b\nb 1-1 depends=none\nc 1-1 depends=x,y\nx 1-1 conflicts=y\ny 1-1"}});
    auto outcome = fetch({nginx_.url()});
    EXPECT_EQ(outcome.status, SLIPWAY_NOT_FOUND);
    EXPECT_THAT(outcome.said, HasSubstr("'b' needs 'none', which no repository has"));
    outcome = fetch({nginx_.url()}, "c");
    EXPECT_EQ(outcome.status, SLIPWAY_CONFIG);
    EXPECT_THAT(outcome.said, HasSubstr("they conflict"));
}

TEST_F(BadInput, CyclesAreFine) {
    publish("a", {"depend=b"});
    publish("b", {"depend=a"});
    const auto outcome = fetch({url()});
    EXPECT_EQ(outcome.status, SLIPWAY_OK) << outcome.said;
    EXPECT_EQ(outcome.packages, 2u);
}

TEST_F(BadInput, MirrorsThatFailAreLeftForOneThatDoesNot) {
    publish("a", {"depend=b"});
    publish("b");
    EXPECT_TRUE(support::make_dirs(www_ / "html"));
    for (const char* name : {"core.db", "a-1-1-any.pkg.tar.zst", "b-1-1-any.pkg.tar.zst"})
        write(www_ / ("html/" + std::string(name)), "<html>Welcome</html>\n");
    RudeServer cutting(support::read_file(www_ / "core/a-1-1-any.pkg.tar.zst").value(),
                       [](std::size_t) { return RudeServer::Answer{.cut = 100}; });
    RudeServer limiting("", [](std::size_t) {
        return RudeServer::Answer{.status = "429 Too Many Requests", .headers = "Retry-After: 100\r\n"};
    });
    for (const std::string& bad :
         {nginx_.url() + "/missing", nginx_.url() + "/busy", nginx_.url() + "/loop", nginx_.url() + "/html",
          limiting.url(), cutting.url(), std::string("http://127.0.0.1:1")}) {
        const auto outcome = fetch({bad, url()});
        EXPECT_EQ(outcome.status, SLIPWAY_OK) << bad << ": " << outcome.said;
        EXPECT_EQ(outcome.packages, 2u) << bad;
    }
}

TEST_F(BadInput, MirrorsThatFailAlone) {
    publish("a");
    const std::string file = "/a-1-1-any.pkg.tar.zst";
    auto outcome = fetch({nginx_.url() + "/loop"});
    EXPECT_EQ(outcome.status, SLIPWAY_NET_TRANSIENT);
    EXPECT_EQ(outcome.said, "database 'core' from " + nginx_.url()
                                + "/loop/core.db: number of redirects hit maximum amount");
    write(www_ / ("core" + file), "<html>Welcome</html>\n");
    outcome = fetch({url()});
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_THAT(outcome.said,
                StartsWith("package 'a-1-1-any.pkg.tar.zst' from " + url() + file + ": 21 bytes instead of"));
    ASSERT_TRUE(support::remove_tree(www_ / ("core" + file)));
    outcome = fetch({url()});
    EXPECT_EQ(outcome.status, SLIPWAY_NOT_FOUND);
    EXPECT_EQ(outcome.said, "package 'a-1-1-any.pkg.tar.zst' from " + url() + file + ": HTTP status 404");
}

TEST_F(BadInput, ASnapshotDoesNotFallBack) {
    publish("a");
    const auto outcome =
        fetch({url()}, "a", json::Object{{"snapshot", "2026/11/05"}, {"archive", nginx_.url()}});
    EXPECT_EQ(outcome.status, SLIPWAY_NOT_FOUND);
    EXPECT_EQ(outcome.said, "database 'core' from " + nginx_.url()
                                + "/repos/2026/11/05/core/os/x86_64/core.db: HTTP status 404");
    EXPECT_EQ(nginx_.requests("/core/core.db"), 0u);
}

TEST_F(BadInput, SignaturesThatAreMissing) {
    const Scratch keys;
    must_run({SLIPWAY_TOOLS "/make-test-keyring", keys.path()});
    publish("a");
    const json::Value trust = json::Object{{"keyring", keys / "keyring"}};
    auto outcome = fetch({url()}, "a", trust);
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_EQ(outcome.said, "package 'a-1-1-any.pkg.tar.zst' from " + url()
                                + "/a-1-1-any.pkg.tar.zst: it is not signed, and SigLevel requires that");
    // A signature beside the package is as good as one in the database.
    must_run({SLIPWAY_TOOLS "/sign-test-file", keys.path(), "good", www_ / "core/a-1-1-any.pkg.tar.zst"});
    outcome = fetch({url()}, "a", trust);
    EXPECT_EQ(outcome.status, SLIPWAY_OK) << outcome.said;
    outcome =
        fetch({url()}, "a", json::Object{{"keyring", keys / "keyring"}, {"siglevel", "DatabaseRequired"}});
    EXPECT_EQ(outcome.status, SLIPWAY_VERIFY);
    EXPECT_EQ(outcome.said,
              "database 'core' from " + url() + "/core.db: it is not signed, and SigLevel requires that");
}

} // namespace
} // namespace slipway::test
