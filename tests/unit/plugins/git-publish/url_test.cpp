// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <url.hpp>

using namespace slipway::git_publish;
using slipway::support::Kind;

namespace {

RemoteUrl parsed(const std::string& text) {
    auto url = parse_url(text);
    EXPECT_TRUE(url) << text << ": " << url.error().message();
    return url ? url.value() : RemoteUrl{};
}

TEST(Url, Https) {
    const RemoteUrl url = parsed("https://github.com/o/r.git");
    EXPECT_EQ(url.scheme, Scheme::https);
    EXPECT_EQ(url.host, "github.com");
    EXPECT_EQ(url.path, "/o/r.git");
    EXPECT_EQ(parsed("https://h:8443/r/").port, "8443");
}

TEST(Url, Ssh) {
    const RemoteUrl url = parsed("ssh://git@[::1]:2222/srv/a%20b.git");
    EXPECT_EQ(url.scheme, Scheme::ssh);
    EXPECT_EQ(url.user, "git");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, "2222");
    EXPECT_EQ(url.path, "/srv/a b.git");
    EXPECT_EQ(parsed("ssh://h/~me/x.git").path, "~me/x.git");
}

TEST(Url, PasswordsAreNotTakenAndNotShown) {
    for (const std::string text : {"https://user:hunter2@h/x.git", "https://hunter2@h/x.git",
                                   "ssh://git:hunter2@h/x.git", "http://user:hunter2@h/x.git"}) {
        auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().message().find("hunter2"), std::string::npos) << url.error().message();
    }
}

TEST(Url, WhatCannotBeAUrl) {
    // A leading '-' would be an option of ssh's.
    for (const std::string text :
         {"ssh://-oProxyCommand=x/y", "ssh://-l@h/y", "https:///x", "https://h", "https://h/",
          "ssh://h:22x/y", "ssh://h:123456/y", "https://h/a?b", "https://h/a b", "ssh://h\n/x"}) {
        auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().kind, Kind::config) << text;
    }
}

} // namespace
