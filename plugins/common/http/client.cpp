// SPDX-License-Identifier: GPL-3.0-or-later
#include "exchange.hpp"
#include "redirect.hpp"

#include <http/client.hpp>
#include <http/failure.hpp>
#include <http/url.hpp>
#include <support/text.hpp>

namespace slipway::http {

using support::Error;
using support::Kind;
using support::Result;

Result<Client> Client::create(Settings settings) {
    SLIPWAY_TRY(initialise());
    Multi multi(curl_multi_init());
    if (!multi) return Error{Kind::resource, "libcurl: could not be initialised"};
    return Client(std::move(settings), std::move(multi));
}

Result<Response> Client::follow(const Request& request) {
    Request now = request;
    for (;;) {
        SLIPWAY_TRY(origin_of(now.url));
        Exchange exchange(now, settings_.cancelled);
        SLIPWAY_TRY_ASSIGN(Response response,
                           exchange.run(multi_.get(), settings_.network, settings_.timeouts));
        SLIPWAY_TRY_ASSIGN(auto next, redirected(now, response));
        if (next) {
            now = std::move(*next);
            continue;
        }
        if (request.max_redirects > 0 && now.max_redirects == 0 && response.status / 100 == 3
            && response.status != 304)
            return Error{Kind::verify, "more than " + std::to_string(request.max_redirects) + " redirects",
                         "the server sends its visitors round and round: is its address right?"};
        return response;
    }
}

Result<Response> Client::send(const Request& request) {
    auto response = follow(request);
    if (response) return response;
    return request.authorization.redact(std::move(response).error().in(
        request.method + " " + support::printable(printable_url(request.url))));
}

Error status_error(const std::string& subject, const Response& response) {
    return {kind_of_http(response.status), subject + ": HTTP status " + std::to_string(response.status)
                                               + " from " + support::printable(printable_url(response.url))};
}

} // namespace slipway::http
