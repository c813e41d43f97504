// SPDX-License-Identifier: GPL-3.0-or-later
#include <api.hpp>
#include <explain.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <ctime>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

// https://docs.github.com/rest/about-the-rest-api/api-versions
constexpr const char* api_version = "2022-11-28";
constexpr unsigned max_pages = 10;

/// RFC 8288: `<https://…&page=2>; rel="next", …`.
bool has_next(const http::Response& response) {
    return response.headers["Link"].find("rel=\"next\"") != std::string::npos;
}

} // namespace

Api::Api(Settings settings, http::RetryTools tools, http::Client client, Log log)
    : settings_(std::move(settings)), tools_(std::move(tools)), client_(std::move(client)),
      log_(std::move(log)), cache_(settings_.cache_folder) {
    cache_.remove_old();
}

Result<Api> Api::create(Settings settings, http::RetryTools tools, std::function<bool()> cancelled, Log log) {
    SLIPWAY_TRY_ASSIGN(auto client,
                       http::Client::create({settings.network, http::Timeouts{}, std::move(cancelled)}));
    return Api(std::move(settings), std::move(tools), std::move(client), std::move(log));
}

std::optional<std::int64_t> expiry_of(const std::string& header) {
    std::tm time{};
    const char* rest = ::strptime(header.c_str(), "%Y-%m-%d %H:%M:%S", &time);
    if (rest == nullptr) return std::nullopt;
    const std::string zone(rest);
    const bool offset = zone.size() == 6 && (zone.starts_with(" +") || zone.starts_with(" -"))
                        && zone.find_first_not_of("0123456789", 2) == std::string::npos;
    if (zone != " UTC" && !offset) return std::nullopt;
    const std::int64_t ahead =
        offset ? std::stoi(zone.substr(2, 2)) * 3600 + std::stoi(zone.substr(4, 2)) * 60 : 0;
    return ::timegm(&time) - (zone[1] == '-' ? -ahead : ahead);
}

Result<http::Response> Api::send(http::Request request) {
    request.url = settings_.url + request.url;
    request.authorization = http::bearer(settings_.token);
    request.headers.add("Accept", "application/vnd.github+json");
    request.headers.add("X-GitHub-Api-Version", api_version);
    const auto tell = [&](const std::string& why, std::chrono::milliseconds pause) {
        log_(why + "; again in " + support::human_duration(pause));
    };
    SLIPWAY_TRY_ASSIGN(auto response,
                       http::retried(
                           settings_.retry, tools_, [&] { return client_.send(request); }, tell));
    if (const std::string* expires = response.headers.find("github-authentication-token-expiration"))
        token_expires_ = support::printable(*expires);
    return response;
}

Result<Answer> Api::read(const std::string& subject, const http::Response& response,
                         std::initializer_list<long> expected) const {
    const bool wanted = response.ok() || std::ranges::find(expected, response.status) != expected.end();
    auto body = json::parse(response.body);
    if (!wanted) return settings_.token.redact(explain(subject, response, body, tools_.now()));
    if (response.status == 204 || response.body.empty()) return Answer{response.status, {}, false};
    if (!body) return settings_.token.redact(no_json(subject, response, body.error()));
    return Answer{response.status, std::move(body).value(), has_next(response)};
}

Result<Answer> Api::ask(const std::string& subject, http::Request request,
                        std::initializer_list<long> expected) {
    auto response = send(std::move(request));
    if (!response) return std::move(response).error().in(subject);
    return read(subject, response.value(), expected);
}

Result<Answer> Api::get(const std::string& subject, const std::string& path,
                        std::initializer_list<long> expected) {
    return ask(subject, {.method = "GET", .url = path}, expected);
}

Result<Answer> Api::write(const std::string& subject, const char* method, const std::string& path,
                          const json::Value& body, std::initializer_list<long> expected) {
    return ask(subject, {.method = method, .url = path, .body = json::dump(body)}, expected);
}

Result<Answer> Api::post(const std::string& subject, const std::string& path, const json::Value& body,
                         std::initializer_list<long> expected) {
    return write(subject, "POST", path, body, expected);
}

Result<Answer> Api::patch(const std::string& subject, const std::string& path, const json::Value& body,
                          std::initializer_list<long> expected) {
    return write(subject, "PATCH", path, body, expected);
}

/// A 304 does not count against the rate limit:
/// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
Result<Answer> Api::conditional(const std::string& subject, const std::string& path) {
    const std::string key = settings_.url + path;
    http::Request request{.method = "GET", .url = path};
    const auto known = cache_.find(key);
    if (known) request.headers.add("If-None-Match", known->etag);
    auto response = send(std::move(request));
    if (!response) return std::move(response).error().in(subject);
    if (response.value().status == 304 && known) return Answer{200, known->body, known->more};
    SLIPWAY_TRY_ASSIGN(Answer answer, read(subject, response.value(), {}));
    cache_.keep(key, {response.value().headers["ETag"], answer.body, answer.more});
    return answer;
}

Result<Answer> Api::watch(const std::string& subject, const std::string& path) {
    return conditional(subject, path);
}

Result<json::Array> Api::list(const std::string& subject, const std::string& path) {
    json::Array all;
    const char* const separator = path.find('?') == std::string::npos ? "?" : "&";
    for (unsigned page = 1; page <= max_pages; ++page) {
        SLIPWAY_TRY_ASSIGN(const Answer answer, conditional(subject, path + separator + "per_page=100&page="
                                                                         + std::to_string(page)));
        if (!answer.body.is_array()) return unexpected(subject, "a list");
        for (const json::Value& item : answer.body.as_array())
            all.push_back(item);
        if (!answer.more) return all;
    }
    return Error{Kind::unsupported, subject + ": more than a thousand", "close or delete old ones by hand"};
}

Result<bool> Api::poll(const std::function<Result<bool>()>& done) {
    auto pause = settings_.retry.first_pause;
    for (unsigned attempt = 1;; ++attempt) {
        SLIPWAY_TRY_ASSIGN(const bool yes, done());
        if (yes || attempt == settings_.retry.attempts) return yes;
        SLIPWAY_TRY(tools_.sleep(pause));
        pause = std::min(pause * 2, settings_.retry.longest_pause);
    }
}

} // namespace slipway::github
