// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <plugin/capabilities.hpp>

namespace slipway::plugin {
namespace {

namespace json = support::json;
using testing::ElementsAre;
using testing::IsEmpty;

json::Value value(const std::string& text) {
    auto parsed = json::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? parsed.value() : json::Value();
}

/// What `capabilities` come to with these options, as JSON.
std::string come_to(const std::string& capabilities, const std::string& options) {
    auto parsed = parse_capabilities(value(capabilities));
    if (!parsed) return parsed.error().what;
    return json::dump(to_json(capabilities_of(parsed.value(), value(options))));
}

TEST(CapabilitiesTest, AreReadAndWritten) {
    auto read =
        parse_capabilities(value(R"({"network": true, "exec": false, "memory_mb": 512, "timeout_s": 60})"));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read.value().network);
    EXPECT_FALSE(read.value().exec);
    EXPECT_EQ(read.value().memory_mb, 512);
    EXPECT_EQ(to_json(read.value()), value(R"({"network": true, "memory_mb": 512, "timeout_s": 60})"));
}

TEST(CapabilitiesTest, RootMayDependOnOptions) {
    const std::string text = R"({"root": ["/commands", "/a/b"]})";
    const auto read = parse_capabilities(value(text));
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(read.value()), value(text));
    for (const char* options : {"{}", R"({"commands": []})", R"({"a": {"b": false}})", R"({"a": {"b": ""}})"})
        EXPECT_EQ(to_json(capabilities_of(read.value(), value(options))), value("{}")) << options;
    for (const char* options : {R"({"commands": [0]})", R"({"a": {"b": "x"}})", R"({"a": {"b": {"c": 0}}})"})
        EXPECT_EQ(to_json(capabilities_of(read.value(), value(options))), value(R"({"root": true})"))
            << options;
    EXPECT_FALSE(parse_capabilities(value(R"({"root": ["commands"]})")));
}

TEST(CapabilitiesTest, AreRefusedWhenUnknownOrOfTheWrongKind) {
    auto unknown = parse_capabilities(value(R"({"gpu": true})"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, support::Kind::unsupported);
    for (const char* text : {R"({"network": "yes"})", R"({"timeout_s": 0})", R"({"memory_mb": -1})", "[]"})
        EXPECT_FALSE(parse_capabilities(value(text))) << text;
}

TEST(CapabilitiesTest, MayBeListsAndSurviveTheWayToTheWorker) {
    const std::string text = R"({"network": ["example.org:443", "*"], "exec": ["gpg", "/usr/lib/gnupg"],)"
                             R"( "read": ["/etc/x", "~/.ssh/known_hosts"], "write": ["/srv"]})";
    const auto read = parse_capabilities(value(text));
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(read.value()), value(text));
    EXPECT_EQ(to_json(parse_capabilities(to_json(read.value())).value()), value(text));
}

TEST(CapabilitiesTest, NoneAndEmptyListsAllowNothing) {
    EXPECT_EQ(come_to(R"({"network": "none", "exec": "none"})", "{}"), "{}");
    EXPECT_EQ(come_to(R"({"network": [], "exec": []})", "{}"), "{}");
}

TEST(CapabilitiesTest, ListsHoldWhatTheyMust) {
    for (const char* text : {R"({"network": [""]})", R"({"network": [1]})", R"({"network": {}})",
                             R"({"exec": "gpg"})", R"({"read": true})", R"({"read": ["relative"]})",
                             R"({"read": ["/a/../b"]})", R"({"read": ["/a/.."]})", R"({"read": ["~root/x"]})",
                             R"({"write": ["~/../x"]})", R"({"write": [""]})"})
        EXPECT_FALSE(parse_capabilities(value(text))) << text;
}

TEST(CapabilitiesTest, PointersBecomeTheHostsOfTheUrlsThere) {
    const std::string may = R"({"network": ["/remote", "/proxy", "fixed.example:1"]})";
    EXPECT_EQ(come_to(may, R"({"remote": "https://a.example/x.git"})"),
              R"({"network":["a.example:443","fixed.example:1"]})");
    EXPECT_EQ(come_to(R"({"network": ["/remote"]})", R"({"remote": "/srv/x.git"})"), "{}")
        << "a folder needs no network";
    EXPECT_EQ(come_to(R"({"network": ["/remote"]})", "{}"), "{}");
    EXPECT_EQ(
        come_to(R"({"network": ["/all"]})", R"({"all": ["ssh://a/x", {"b": "git@b:x", "c": "ssh://a/y"}]})"),
        R"({"network":["a:22","b:22"]})");
    EXPECT_EQ(come_to(R"({"network": ["/proxy"]})", R"({"proxy": {"secret": "PROXY"}})"),
              R"({"network":["*"]})")
        << "nobody knows yet what a secret holds";
}

TEST(HostsOfUrl, HaveThePortThatIsMeant) {
    EXPECT_THAT(hosts_of_url("https://user:pw@a.example:8443/x?y@z:1"), ElementsAre("a.example:8443"));
    EXPECT_THAT(hosts_of_url("https://a.example"), ElementsAre("a.example:443"));
    EXPECT_THAT(hosts_of_url("https://a.example:/x"), ElementsAre("a.example:443"));
    EXPECT_THAT(hosts_of_url("http://a/"), ElementsAre("a:80", "a:443", "a:1080"));
    EXPECT_THAT(hosts_of_url("https://[::1]:5000/"), ElementsAre("[::1]:5000"));
    EXPECT_THAT(hosts_of_url("ssh://git@[::1]/x"), ElementsAre("[::1]:22"));
    EXPECT_THAT(hosts_of_url("socks5h://a"), ElementsAre("a:1080"));
    EXPECT_THAT(hosts_of_url("gopher://a"), ElementsAre("a")) << "whatever port that is";
    EXPECT_THAT(hosts_of_url("git@a.example:owner/x.git"), ElementsAre("a.example:22"));
    EXPECT_THAT(hosts_of_url("proxy:3128"), ElementsAre("proxy:22", "proxy:3128")) << "git's or curl's";
}

TEST(HostsOfUrl, OfAPathThereIsNone) {
    for (const char* text : {"", "/srv/x.git", "./a:b", "file:///srv/x", ":x", "{title}: text", "a b:c",
                             "${x:y}", "https://", "https:///x"})
        EXPECT_THAT(hosts_of_url(text), IsEmpty()) << text;
}

TEST(PortsOf, AreNoneIfOneIsNotSaid) {
    EXPECT_THAT(ports_of({"a:1", "[::1]:65535"}).value(), ElementsAre(1, 65535));
    EXPECT_FALSE(ports_of({"a:1", "b"}));
    EXPECT_FALSE(ports_of({"*"}));
    EXPECT_FALSE(ports_of({"[::1]"}));
    EXPECT_FALSE(ports_of({"a:65536"}));
    EXPECT_FALSE(ports_of({"a:1x"}));
}

} // namespace
} // namespace slipway::plugin
