// SPDX-License-Identifier: GPL-3.0-or-later
//
// A request and its answer (RFC 9110).
#pragma once

#include <http/secret.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::http {

/// Header fields in their order; names are compared without regard to case (RFC 9110, 5.1).
class Headers {
public:
    Headers() = default;

    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

    /// The first value, or "".
    const std::string& operator[](std::string_view name) const;

    /// The first value, or nullptr.
    const std::string* find(std::string_view name) const;

    const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method = "GET";
    std::string url = {};
    Headers headers = {};      ///< without Authorization
    Secret authorization = {}; ///< that header's value; goes to the origin of `url` and to no other
    std::string body = {};
    std::size_t max_body = 8u << 20; ///< bytes of an answer; a longer one is Kind::verify
    /// Takes the body of a 2xx answer piece by piece, instead of Response::body. Its error ends the exchange.
    std::function<support::Result<void>(std::string_view)> sink = {};
    /// Hears of a 2xx answer's status before its body's first byte goes to the sink: 206 is a part. Optional.
    std::function<support::Result<void>(long status)> before_sink = {};
    unsigned max_redirects = 10; ///< 0: a redirect is an answer like any other
};

struct Response {
    long status = 0;
    Headers headers;  ///< of the last answer, after redirects
    std::string body; ///< "" if it went to Request::sink
    std::string url;  ///< that answered

    bool ok() const { return status >= 200 && status < 300; }
};

} // namespace slipway::http
