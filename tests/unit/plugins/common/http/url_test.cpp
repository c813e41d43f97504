// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <http/url.hpp>

namespace slipway::http {
namespace {

using support::Kind;

TEST(Url, OriginsAreComparedAsBrowsersDo) {
    const auto origin = [](const char* url) { return origin_of(url).value(); };
    EXPECT_EQ(origin("https://API.example.org/x"), origin("HTTPS://api.example.org:443/y?z"));
    EXPECT_FALSE(origin("https://api.example.org") == origin("https://api.example.org:8443"));
    EXPECT_FALSE(origin("https://api.example.org") == origin("http://api.example.org"));
    EXPECT_FALSE(origin("https://api.example.org") == origin("https://api.example.org.evil.example"));
    EXPECT_FALSE(origin("https://api.example.org") == origin("https://api.example.org@evil.example"));
    EXPECT_EQ(origin("https://[::1]:80/").host, "[::1]");
}

TEST(Url, WhatIsNoAddressOfAServerIsRefused) {
    for (const char* url : {"", "api.example.org", "/x", "file:///etc/passwd", "ftp://x/", "https://",
                            "https://a b/", "https://a/\r\nX: y"}) {
        const auto origin = origin_of(url);
        ASSERT_FALSE(origin) << url;
        EXPECT_EQ(origin.error().kind, Kind::config) << url;
    }
}

TEST(Url, ReferencesAreResolved) {
    const auto at = [](const char* reference) {
        return resolve("https://u:p@a.example/b/c?d", reference).value();
    };
    EXPECT_EQ(at("e"), "https://a.example/b/e");
    EXPECT_EQ(at("/e?f#g"), "https://a.example/e?f");
    EXPECT_EQ(at("//h.example/i"), "https://h.example/i");
    EXPECT_EQ(at("http://me:secret@h.example:1/i"), "http://h.example:1/i");
    EXPECT_EQ(resolve("https://a.example", "gopher9://x").error().kind, Kind::verify);
}

TEST(Url, MessagesHaveNoCredentials) {
    EXPECT_EQ(without_credentials("https://user:p%40ss@host:1/x"), "https://host:1/x");
    EXPECT_EQ(without_credentials("https://a@b@host"), "https://host");
    EXPECT_EQ(without_credentials("https://host/x@y"), "https://host/x@y");
    EXPECT_EQ(without_credentials("https://host?x@y"), "https://host?x@y");
    EXPECT_EQ(without_credentials("file:///x@y"), "file:///x@y");
    EXPECT_EQ(without_credentials("nonsense@"), "nonsense@");
    EXPECT_EQ(printable_url("https://me:pw@host/x?X-Amz-Signature=abc#d"), "https://host/x");
}

TEST(Url, PercentEncoding) {
    EXPECT_EQ(percent_encoded("a-._~Z9 /?#%\xc3\xa4"), "a-._~Z9%20%2F%3F%23%25%C3%A4");
    EXPECT_EQ(percent_encoded("library/arch linux", "/"), "library/arch%20linux");
}

} // namespace
} // namespace slipway::http
