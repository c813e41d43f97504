// SPDX-License-Identifier: GPL-3.0-or-later
#include "redirect.hpp"

#include <http/url.hpp>
#include <support/text.hpp>

namespace slipway::http {

using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_read(const Request& request) {
    return request.method == "GET" || request.method == "HEAD";
}

/// 300 and 304 to 306 lead nowhere. What 301 and 302 make of a POST differs from client to client: not ours
/// to guess.
bool leads_on(const Request& request, long status) {
    if (status == 303 || status == 307 || status == 308) return true;
    return (status == 301 || status == 302) && is_read(request);
}

} // namespace

Result<std::optional<Request>> redirected(const Request& request, const Response& response) {
    const std::string& location = response.headers["Location"];
    if (!leads_on(request, response.status) || location.empty() || request.max_redirects == 0)
        return std::optional<Request>();
    SLIPWAY_TRY_ASSIGN(const std::string url, resolve(request.url, location));
    SLIPWAY_TRY_ASSIGN(const Origin from, origin_of(request.url));
    auto to = origin_of(url);
    if (!to || (from.scheme == "https" && to.value().scheme != "https"))
        return Error{Kind::verify, "redirected to '" + support::printable(printable_url(url)) + "'",
                     "the server leads away from https: is its address right?"};
    Request next = request;
    next.url = url;
    --next.max_redirects;
    if (response.status == 303 && !is_read(request)) {
        next.method = "GET";
        next.body.clear();
    }
    if (to.value() == from) return std::optional<Request>(std::move(next));
    if (!is_read(next)) return std::optional<Request>();
    next.authorization = {};
    return std::optional<Request>(std::move(next));
}

} // namespace slipway::http
