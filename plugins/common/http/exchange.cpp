// SPDX-License-Identifier: GPL-3.0-or-later
#include "exchange.hpp"

#include <fmt/format.h>
#include <http/failure.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::http {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr int poll_ms = 100;                        ///< how often at least `cancelled` is asked
constexpr std::size_t max_header_bytes = 256 << 10; ///< of an exchange; libcurl's own limit is 300 kB

Error multi_error(CURLMcode code) {
    return {Kind::internal, std::string("libcurl: ") + curl_multi_strerror(code)};
}

/// Takes a transfer out again, however the exchange ends.
class Added {
public:
    Added(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {}

    ~Added() { curl_multi_remove_handle(multi_, easy_); }

    Added(const Added&) = delete;
    Added& operator=(const Added&) = delete;

private:
    CURLM* multi_;
    CURL* easy_;
};

/// RFC 9110, 5.5: a value with these would be several header lines.
bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

const char* hint_of(Kind kind) {
    switch (kind) {
    case Kind::verify:
        return "is the address right? a server with a certificate of its own needs the option for a CA file";
    case Kind::net_transient:
        return "check the network, the proxy and the server, and run again";
    default:
        return "";
    }
}

} // namespace

Result<void> Exchange::set_up_headers() {
    // libcurl takes a body for a form, even one of no bytes.
    if (request_.headers.find("Content-Type") == nullptr
        && !append(lines_, request_.body.empty() ? "Content-Type:" : "Content-Type: application/json"))
        return Error{Kind::resource, "out of memory"};
    for (const auto& [name, value] : request_.headers.all()) {
        if (!is_one_line(name) || !is_one_line(value))
            return Error{Kind::config, "header '" + support::printable(name) + "': more than one line"};
        // libcurl sends a field without a value as "Name;", and none at all as "Name:".
        if (!append(lines_, value.empty() ? name + ";" : name + ": " + value))
            return Error{Kind::resource, "out of memory"};
    }
    if (!is_one_line(request_.authorization.reveal()))
        return Error{Kind::config, "the credential has a line end in it",
                     "give the token alone, on one line"};
    if (!request_.authorization.empty()
        && !append(lines_, "Authorization: " + request_.authorization.reveal()))
        return Error{Kind::resource, "out of memory"};
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, lines_.get());
    return {};
}

Result<void> Exchange::set_up(const Network& network, const Timeouts& timeouts) {
    easy_.reset(curl_easy_init());
    if (!easy_) return Error{Kind::resource, "out of memory"};
    CURL* easy = easy_.get();
    set_network(easy, network, timeouts);
    curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    const bool writes = request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
    if (writes || !request_.body.empty()) { // a write of nothing says so: Content-Length is 0
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
    }
    if (request_.method == "HEAD")
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    return set_up_headers();
}

std::size_t Exchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.header_bytes_ += size * count;
    if (exchange.header_bytes_ > max_header_bytes) {
        exchange.stopped_ = Error{Kind::verify, "an answer with more than 256 KiB of headers"};
        return 0;
    }
    exchange.take_header({data, size * count});
    return size * count;
}

void Exchange::take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) { // of a further answer, after "100 Continue" and its like
        response_.headers = {};
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto trimmed = [](std::string_view text) {
        const auto first = text.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) return std::string();
        return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
    };
    response_.headers.add(std::string(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
}

std::size_t Exchange::on_bytes(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (auto taken = exchange.take({data, size * count}); !taken) {
        exchange.stopped_ = std::move(taken).error();
        return CURL_WRITEFUNC_ERROR;
    }
    return size * count;
}

Result<void> Exchange::take(std::string_view bytes) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &response_.status);
    if (bytes.size() > request_.max_body - received_)
        return Error{Kind::verify,
                     fmt::format("an answer of more than {}", support::human_bytes(request_.max_body)),
                     "is the address that of the API?"};
    const bool first = received_ == 0;
    received_ += bytes.size();
    if (request_.sink && response_.ok()) {
        if (first && request_.before_sink) SLIPWAY_TRY(request_.before_sink(response_.status));
        return request_.sink(bytes);
    }
    response_.body.append(bytes);
    return {};
}

Result<CURLcode> Exchange::perform(CURLM* multi) const {
    if (const auto code = curl_multi_add_handle(multi, easy_.get()); code != CURLM_OK)
        return multi_error(code);
    const Added added(multi, easy_.get());
    for (;;) {
        if (cancelled_ && cancelled_()) return Error{Kind::cancelled, "cancelled"};
        int running = 0, left = 0;
        if (const auto code = curl_multi_perform(multi, &running); code != CURLM_OK) return multi_error(code);
        while (const CURLMsg* message = curl_multi_info_read(multi, &left))
            if (message->msg == CURLMSG_DONE) return message->data.result;
        if (const auto code = curl_multi_poll(multi, nullptr, 0, poll_ms, nullptr); code != CURLM_OK)
            return multi_error(code);
    }
}

Result<Response> Exchange::run(CURLM* multi, const Network& network, const Timeouts& timeouts) {
    SLIPWAY_TRY(set_up(network, timeouts));
    SLIPWAY_TRY_ASSIGN(const CURLcode code, perform(multi));
    if (stopped_) return *stopped_;
    if (code != CURLE_OK) {
        const Kind kind = kind_of_curl(code);
        Error error{kind, cause_of(code), hint_of(kind)};
        if (words_[0] != '\0') error.trace.emplace_back(words_);
        return error;
    }
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &response_.status);
    response_.url = request_.url;
    return std::move(response_);
}

} // namespace slipway::http
