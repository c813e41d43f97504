// SPDX-License-Identifier: GPL-3.0-or-later
#include <explain.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::github {
namespace {

namespace json = support::json;
using support::Kind;
using testing::HasSubstr;

constexpr std::int64_t now = 1'793'836'800; // 2026-11-05T00:00:00Z

support::Error explained(long status, const std::string& body, http::Headers headers = {}) {
    return explain("x", {status, std::move(headers), body, "https://api.example/x?y"}, json::parse(body),
                   now);
}

TEST(Explain, KindsAndWords) {
    EXPECT_EQ(explained(401, R"({"message": "Bad credentials"})").kind, Kind::auth);
    EXPECT_EQ(explained(401, R"({"message": "Bad credentials"})").what,
              "x: HTTP status 401, 'Bad credentials'");
    EXPECT_EQ(explained(404, "{}").kind, Kind::not_found);
    EXPECT_EQ(explained(409, "{}").kind, Kind::conflict);
    EXPECT_EQ(explained(422, "{}").kind, Kind::unsupported);
    EXPECT_EQ(explained(502, "<html>").kind, Kind::net_transient);
    EXPECT_EQ(explained(502, "<html>").what, "x: HTTP status 502");
}

TEST(Explain, ListedErrorsAreTold) {
    const auto body = json::parse(R"({"message": "Validation Failed", "errors": [
        {"resource": "PullRequest", "field": "head", "code": "invalid"}, {"code": "custom", "message": "No commits"}, "x"]})");
    EXPECT_EQ(words_of(body.value()), "Validation Failed: PullRequest.head is invalid: No commits: x");
    EXPECT_EQ(words_of(json::Value("text")), "");
}

TEST(Explain, LimitsAreNoMissingPermission) {
    const auto limited = explained(403, R"({"message": "API rate limit exceeded"})",
                                   {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1793837400"}});
    EXPECT_EQ(limited.kind, Kind::net_transient);
    EXPECT_THAT(limited.what, HasSubstr("used up until 2026-11-05T00:10:00Z"));
    const auto secondary = explained(403, "{}", {{"Retry-After", "60"}});
    EXPECT_THAT(secondary.what, HasSubstr("2026-11-05T00:01:00Z"));
}

TEST(Explain, HintsSayWhatToDo) {
    const auto hint = [](long status, const std::string& body, http::Headers headers) {
        return explained(status, body, std::move(headers)).hint;
    };
    EXPECT_EQ(hint(401, "{}", {{"github-authentication-token-expiration", "2026-11-01 00:00:00 UTC"}}),
              "the token expires 2026-11-01 00:00:00 UTC: make a new one");
    EXPECT_EQ(hint(403, "{}", {{"X-Accepted-OAuth-Scopes", "repo"}}),
              "the token needs one of the scopes repo; it has none");
    EXPECT_EQ(hint(403, "{}", {{"X-Accepted-GitHub-Permissions", "contents=write"}}),
              "the token needs the permissions contents=write");
    EXPECT_THAT(hint(403, R"({"message": "Resource protected by organization SAML enforcement"})", {}),
                HasSubstr("protected"));
    EXPECT_THAT(explained(307, "{}", {{"Location", "https://u:p@other.example/x?secret"}}).what,
                HasSubstr("redirected to https://other.example/x"));
}

} // namespace
} // namespace slipway::github
