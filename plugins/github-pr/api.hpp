// SPDX-License-Identifier: GPL-3.0-or-later
//
// GitHub's REST API: requests and answers as JSON, tried again where that may help, failures explained.
// https://docs.github.com/rest
#pragma once

#include <answer_cache.hpp>
#include <http/client.hpp>
#include <http/retry.hpp>
#include <support/json.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace slipway::github {

/// The header `github-authentication-token-expiration`, "2026-12-01 10:00:00 UTC" or "… +0200", as seconds
/// since 1970-01-01 UTC. Nothing: a token without end, or another form.
std::optional<std::int64_t> expiry_of(const std::string& header);

/// An answer that is no failure of its question.
struct Answer {
    long status = 0;
    support::json::Value body;
    bool more = false; ///< there is another page

    bool ok() const { return status >= 200 && status < 300; }
};

class Api {
public:
    struct Settings {
        std::string url; ///< "https://api.github.com", or "https://HOST/api/v3" of an Enterprise Server
        http::Secret token;
        http::Network network;
        http::RetryPolicy retry;
        std::string cache_folder; ///< for answers to conditional requests
    };

    using Log = std::function<void(const std::string&)>;

    static support::Result<Api> create(Settings settings, http::RetryTools tools,
                                       std::function<bool()> cancelled, Log log);

    /// `path` begins with a slash. An answer of a status that `expected` names, or of 2xx. Everything else is
    /// an error: `subject`, what GitHub said, and what to do.
    support::Result<Answer> get(const std::string& subject, const std::string& path,
                                std::initializer_list<long> expected = {});
    support::Result<Answer> post(const std::string& subject, const std::string& path,
                                 const support::json::Value& body, std::initializer_list<long> expected = {});
    support::Result<Answer> patch(const std::string& subject, const std::string& path,
                                  const support::json::Value& body,
                                  std::initializer_list<long> expected = {});

    /// All items of a list that comes in pages; Kind::unsupported for more than ten pages of a hundred.
    /// Unchanged pages are not sent again.
    support::Result<support::json::Array> list(const std::string& subject, const std::string& path);

    /// One document that is not sent again while it is unchanged.
    support::Result<Answer> watch(const std::string& subject, const std::string& path);

    /// When the token expires, as GitHub writes it; "" if it has not said so.
    const std::string& token_expires() const { return token_expires_; }

    /// Ask `done` until it says yes, with growing pauses; false when patience is over.
    support::Result<bool> poll(const std::function<support::Result<bool>()>& done);

private:
    Api(Settings settings, http::RetryTools tools, http::Client client, Log log);

    support::Result<Answer> ask(const std::string& subject, http::Request request,
                                std::initializer_list<long> expected);
    support::Result<Answer> write(const std::string& subject, const char* method, const std::string& path,
                                  const support::json::Value& body, std::initializer_list<long> expected);
    support::Result<Answer> conditional(const std::string& subject, const std::string& path);
    support::Result<http::Response> send(http::Request request);
    support::Result<Answer> read(const std::string& subject, const http::Response& response,
                                 std::initializer_list<long> expected) const;

    Settings settings_;
    http::RetryTools tools_;
    http::Client client_;
    Log log_;
    AnswerCache cache_;
    std::string token_expires_;
};

} // namespace slipway::github
