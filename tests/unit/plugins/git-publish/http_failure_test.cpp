// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <http_failure.hpp>

using namespace slipway::git_publish;
using slipway::support::Error;
using slipway::support::Kind;

namespace {

Kind kind_of(long status, const std::string& type = "text/plain", const std::string& location = "") {
    const std::string body = "no\n";
    auto failure = http_failure({status, type, location, body}, "expected", {});
    return failure ? failure->kind : Kind::internal;
}

TEST(HttpFailure, KindsByStatus) {
    EXPECT_EQ(kind_of(200, "expected"), Kind::internal); // none
    EXPECT_EQ(kind_of(200, "text/html"), Kind::unsupported);
    EXPECT_EQ(kind_of(301, "", "https://elsewhere/x"), Kind::unsupported);
    EXPECT_EQ(kind_of(401), Kind::auth);
    EXPECT_EQ(kind_of(403), Kind::auth);
    EXPECT_EQ(kind_of(404), Kind::not_found);
    EXPECT_EQ(kind_of(407), Kind::auth);
    EXPECT_EQ(kind_of(413), Kind::resource);
    for (const long status : {408L, 429L, 500L, 502L, 503L, 504L})
        EXPECT_EQ(kind_of(status), Kind::net_transient) << status;
}

TEST(HttpFailure, OfAProxyThatOpensNoTunnel) {
    const auto kind = [](long status) { return curl_failure(CURLE_RECV_ERROR, "x", {}, status).kind; };
    EXPECT_EQ(kind(407), Kind::auth);
    EXPECT_EQ(kind(401), Kind::auth);
    EXPECT_EQ(kind(403), Kind::denied);
    EXPECT_EQ(kind(502), Kind::net_transient);
    EXPECT_EQ(kind(200), Kind::net_transient); // it has: what failed came later
    EXPECT_EQ(kind(0), Kind::net_transient);
}

TEST(HttpFailure, TheServersWordsIfTheyAreForPeople) {
    const std::string body = "Permission denied\x1b[31m\n";
    EXPECT_EQ(http_failure({403, "text/plain; charset=utf-8", "", body}, "x", {})->trace,
              std::vector<std::string>{"Permission denied\\x1b[31m"});
    EXPECT_TRUE(http_failure({403, "text/html", "", body}, "x", {})->trace.empty());
}

} // namespace
