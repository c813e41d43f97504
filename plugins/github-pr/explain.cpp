// SPDX-License-Identifier: GPL-3.0-or-later
//
// https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
#include <explain.hpp>
#include <http/failure.hpp>
#include <http/retry.hpp>
#include <http/url.hpp>
#include <support/text.hpp>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string hint_401(const http::Response& response) {
    const std::string& expired = response.headers["github-authentication-token-expiration"];
    if (!expired.empty()) return "the token expires " + support::printable(expired) + ": make a new one";
    return "the token is wrong, revoked or expired: make a new one and give it as the secret";
}

/// Scopes of classic tokens, permissions of fine-grained ones.
std::string hint_403(const http::Response& response, const std::string& words) {
    const std::string& accepted = response.headers["X-Accepted-OAuth-Scopes"];
    const std::string& permissions = response.headers["X-Accepted-GitHub-Permissions"];
    if (words.find("rotected") != std::string::npos)
        return "the branch is protected: choose another name with \"branch_name\", or lift the rule";
    if (words.find("SAML") != std::string::npos)
        return "authorise the token for the organisation's single sign-on";
    if (!permissions.empty()) return "the token needs the permissions " + support::printable(permissions);
    if (!accepted.empty())
        return "the token needs one of the scopes " + support::printable(accepted) + "; it has "
               + (response.headers["X-OAuth-Scopes"].empty()
                      ? "none"
                      : support::printable(response.headers["X-OAuth-Scopes"]));
    return "the token needs write access to contents and pull requests (classic: the scope public_repo)";
}

std::string hint_of(const http::Response& response, const std::string& words) {
    switch (response.status) {
    case 401:
        return hint_401(response);
    case 403:
        return hint_403(response, words);
    case 404:
        return "it does not exist, or the token may not see it: check \"repository\" and the token's access";
    case 409:
        return "somebody changes the same thing at the same time: run again";
    case 422:
        return "GitHub will not take this: see its words";
    case 301:
    case 302:
    case 307:
    case 308:
        return "the repository or the API has moved: set \"repository\" or \"api\" to the new place";
    default:
        return response.status >= 500 ? "GitHub has a problem: run again later" : "";
    }
}

Kind kind_of(long status) {
    if (status == 422) return Kind::unsupported;
    if (status / 100 == 3) return Kind::config;
    return http::kind_of_http(status);
}

/// The rate limit's own words; empty if it is not that.
std::string when_again(const http::Response& response, std::int64_t now) {
    const auto pause = http::asked_pause(response, now);
    if (!pause || (response.status != 403 && response.status != 429)) return {};
    return support::iso_time(now + pause->count());
}

} // namespace

std::string words_of(const json::Value& body) {
    std::string words = body["message"].as_string();
    for (const json::Value& one : body["errors"].as_array()) {
        std::string more = one.is_string() ? one.as_string() : one["message"].as_string();
        if (more.empty() && one.is_object())
            more = one["resource"].as_string() + "." + one["field"].as_string() + " is "
                   + one["code"].as_string();
        if (!more.empty()) words += (words.empty() ? "" : ": ") + more;
    }
    return support::printable(words.substr(0, 500));
}

Error explain(const std::string& subject, const http::Response& response, const Result<json::Value>& body,
              std::int64_t now) {
    const std::string words = body ? words_of(body.value()) : "";
    const std::string said = subject + ": HTTP status " + std::to_string(response.status)
                             + (words.empty() ? "" : ", '" + words + "'");
    if (const std::string when = when_again(response, now); !when.empty())
        return Error{Kind::net_transient, said + ": the rate limit is used up until " + when,
                     "run `slipway resume` after that"};
    Error error{kind_of(response.status), said, hint_of(response, words)};
    const std::string& location = response.headers["Location"];
    if (response.status / 100 == 3 && !location.empty())
        error.what += ", redirected to " + support::printable(http::printable_url(location));
    return error;
}

Error no_json(const std::string& subject, const http::Response& response, const Error& cause) {
    const std::string type = response.headers["Content-Type"];
    return {Kind::verify,
            subject + ": the answer from " + support::printable(http::printable_url(response.url))
                + " is no JSON" + (type.empty() ? "" : " (" + support::printable(type.substr(0, 80)) + ")"),
            "is \"api\" the API's address? an Enterprise Server's ends in /api/v3",
            {cause.what}};
}

Error unexpected(const std::string& subject, const std::string& what) {
    return {Kind::verify, subject + ": the answer has no " + what, "is \"api\" the address of GitHub's API?"};
}

} // namespace slipway::github
