// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/failure.hpp>
#include <http/url.hpp>
#include <support/text.hpp>
#include <webhook.hpp>

namespace slipway::notify {

namespace json = support::json;
using support::Error;
using support::Result;

namespace {

constexpr std::size_t shown_words = 200;

Result<std::string> reveal(const Text& text, const FindSecret& secret) {
    if (text.secret.empty()) return text.text;
    return secret(text.secret);
}

} // namespace

Error Delivery::hidden(Error error) const {
    if (!secret) return error;
    // Messages have it as printable_url() leaves it.
    error = http::Secret(request.url).redact(std::move(error));
    return http::Secret(http::printable_url(request.url)).redact(std::move(error));
}

Result<Delivery> delivery_of(const Webhook& webhook, const News& news, const FindSecret& secret) {
    Delivery delivery;
    http::Request& request = delivery.request;
    SLIPWAY_TRY_ASSIGN(request.url, reveal(webhook.url, secret));
    delivery.secret = !webhook.url.secret.empty();
    const auto origin = http::origin_of(request.url);
    if (!origin) return delivery.hidden(origin.error());
    delivery.target = origin.value().scheme + "://" + origin.value().host + ":" + origin.value().port;
    request.method = webhook.method;
    request.max_redirects = 0;
    for (const auto& [name, text] : webhook.headers) {
        SLIPWAY_TRY_ASSIGN(std::string value, reveal(text, secret));
        request.headers.add(name, std::move(value));
    }
    SLIPWAY_TRY_ASSIGN(const json::Value body, filled(webhook.body, values_of(news)));
    request.body = body.is_string() ? body.as_string() : json::dump(body);
    if (request.headers.find("content-type") == nullptr)
        request.headers.add("content-type",
                            body.is_string() ? "text/plain; charset=utf-8" : "application/json");
    return delivery;
}

Result<void> check_answer(const Delivery& delivery, const http::Response& response) {
    if (response.ok()) return {};
    Error error{http::kind_of_http(response.status),
                "webhook: HTTP status " + std::to_string(response.status) + " from " + delivery.target};
    if (response.status / 100 == 3) error.hint = "the address has moved: give the new one as \"url\"";
    if (const std::string words = response.body.substr(0, shown_words); !words.empty())
        error.trace.push_back(support::printable(words));
    return delivery.hidden(std::move(error));
}

} // namespace slipway::notify
