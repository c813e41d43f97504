// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry.hpp"

#include <fmt/format.h>
#include <http/url.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <limits>

namespace slipway::verify {

namespace json = support::json;
using support::Digest;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t max_document = 4u << 20; // distribution-spec: 4 MiB is what registries must take

/// What a registry says of an error: {"errors": [{"code": …, "message": …}]}.
std::string words_of(const std::string& body) {
    auto answer = json::parse(body);
    if (!answer || answer.value()["errors"].as_array().empty())
        return support::printable(body.substr(0, 300));
    const json::Value& first = answer.value()["errors"].as_array().front();
    return support::printable(first["code"].as_string() + ": " + first["message"].as_string());
}

/// Feeds a blob's bytes on, over several answers.
class BlobFlow {
public:
    BlobFlow(const Descriptor& descriptor, const Bytes& sink) : descriptor_(descriptor), sink_(sink) {}

    std::uint64_t received() const { return received_; }

    /// An answer begins: the whole blob, or its rest.
    void begin(bool whole) { skip_ = whole ? received_ : 0; }

    Result<void> take(std::string_view bytes) {
        const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
        skip_ -= known;
        bytes.remove_prefix(known);
        if (bytes.size() > descriptor_.size - received_)
            return Error{Kind::verify, fmt::format("it has more than its {} bytes", descriptor_.size)};
        received_ += bytes.size();
        hash_.update(bytes);
        return bytes.empty() ? Result<void>() : sink_(bytes);
    }

    Result<void> finish() {
        if (received_ != descriptor_.size)
            return Error{Kind::verify, fmt::format("it has {} of its {} bytes", received_, descriptor_.size)};
        const Digest found = hash_.finish();
        if (found != descriptor_.digest)
            return Error{Kind::verify, "its bytes have the digest sha256:" + found.hex()};
        return {};
    }

private:
    const Descriptor& descriptor_;
    const Bytes& sink_;
    support::Sha256 hash_;
    std::uint64_t received_ = 0, skip_ = 0;
};

} // namespace

Result<std::unique_ptr<Registry>> Registry::create(Reference reference, RegistrySettings settings) {
    SLIPWAY_TRY_ASSIGN(http::Client client, http::Client::create({settings.network, {}, settings.cancelled}));
    return std::unique_ptr<Registry>(
        new Registry(std::move(reference), std::move(settings), std::move(client)));
}

http::Request Registry::request(const char* method, const std::string& path) const {
    http::Request request;
    request.method = method;
    request.url = fmt::format("{}://{}/v2/{}/{}", settings_.plain_http ? "http" : "https",
                              reference_.api_host(), reference_.repository, path);
    request.max_body = max_document;
    return request;
}

Error Registry::failure(const std::string& what, const http::Response& response) {
    Error error = http::status_error(what, response);
    if (!response.body.empty()) error.trace.push_back(words_of(response.body));
    const std::int64_t now = http::system_tools({}).now();
    const auto asked = http::asked_pause(response, now);
    busy_.reset();
    if (response.status == 429 || (http::may_pass(response, now) && asked > settings_.retry.longest_pause)) {
        busy_ = fmt::format("HTTP status {}", response.status);
        if (!response.body.empty()) *busy_ += ", '" + words_of(response.body) + "'";
        if (asked) *busy_ += ", come back at " + support::iso_time(now + asked->count());
    }
    if (response.status == 429)
        error.hint = "the registry's limit for pulls is used up; credentials raise it, and it passes";
    if (response.status == 401 || response.status == 403)
        error.hint = settings_.credentials ? "may these credentials pull from this repository?"
                                           : "does it exist? a private one needs credentials";
    return error;
}

Result<http::Response> Registry::send(http::Request request) {
    const auto tell = [this](const std::string& why, std::chrono::milliseconds pause) {
        if (settings_.tell)
            settings_.tell(
                fmt::format("{}: {}, again in {}", reference_.registry, why, support::human_duration(pause)));
    };
    return http::retried(
        settings_.retry, http::system_tools(settings_.cancelled), [&] { return send_authorized(request); },
        tell);
}

Result<http::Response> Registry::send_authorized(http::Request& request) {
    request.authorization = authorization_;
    SLIPWAY_TRY_ASSIGN(http::Response response, client_.send(request));
    const std::string* const field = response.headers.find("WWW-Authenticate");
    if (response.status != 401 || field == nullptr) return response;
    SLIPWAY_TRY(authorize(*field)); // no token yet, or one that has run out
    request.authorization = authorization_;
    return client_.send(request);
}

Result<void> Registry::authorize(const std::string& field) {
    const auto challenge = parse_challenge(field);
    if (!challenge)
        return Error{Kind::unsupported,
                     reference_.registry + ": it wants '" + support::printable(field.substr(0, 200)) + "'",
                     "Bearer and Basic are known"};
    if (challenge->bearer) {
        SLIPWAY_TRY_ASSIGN(const http::Secret token, fetch_token(*challenge));
        authorization_ = http::bearer(token);
        return {};
    }
    if (!settings_.credentials)
        return Error{Kind::auth, reference_.registry + ": it wants a user and a password",
                     "give credentials"};
    authorization_ = basic(*settings_.credentials);
    return {};
}

Result<http::Secret> Registry::fetch_token(const Challenge& challenge) {
    const std::string subject = reference_.registry + ": token from " + http::printable_url(challenge.realm);
    // A password goes where the registry says, but not in clear text.
    if (!challenge.realm.starts_with("https://") && !settings_.plain_http)
        return Error{Kind::denied, subject + ": not over https"};
    http::Request request;
    request.url = challenge.realm + (challenge.realm.find('?') == std::string::npos ? "?" : "&")
                  + "service=" + http::percent_encoded(challenge.service)
                  + "&scope=" + http::percent_encoded("repository:" + reference_.repository + ":pull");
    if (settings_.credentials) request.authorization = basic(*settings_.credentials);
    SLIPWAY_TRY_ASSIGN(const http::Response response, client_.send(request));
    if (!response.ok()) {
        Error error = failure(subject, response);
        if (error.kind == Kind::auth) error.hint = "are user and password right?";
        return error;
    }
    auto answer = json::parse(response.body);
    if (!answer) return Error{Kind::verify, subject + ": it is not JSON"};
    const std::string& token = answer.value()["token"].as_string();
    const std::string& oauth = answer.value()["access_token"].as_string();
    if (token.empty() && oauth.empty()) return Error{Kind::verify, subject + ": there is none in the answer"};
    return http::Secret(token.empty() ? oauth : token);
}

Result<std::optional<std::string>> Registry::digest_of_tag(const std::string& tag) {
    http::Request head = request("HEAD", "manifests/" + tag);
    head.headers.add("Accept", accepted_documents);
    SLIPWAY_TRY_ASSIGN(const http::Response response, send(head));
    if (response.status == 404) return std::optional<std::string>();
    if (!response.ok()) return failure(reference_.registry + ": tag '" + tag + "'", response);
    const std::string& remaining = response.headers["ratelimit-remaining"];
    if (!remaining.empty() && settings_.tell)
        settings_.tell(reference_.registry + ": pulls left: " + support::printable(remaining.substr(0, 40)));
    const std::string& digest = response.headers["Docker-Content-Digest"];
    if (parse_digest(digest)) return std::optional(digest);
    SLIPWAY_TRY_ASSIGN(const Fetched fetched,
                       document(tag)); // the header is optional (distribution-spec 1.1)
    return std::optional("sha256:" + fetched.digest.hex());
}

Result<Fetched> Registry::document(const std::string& name) {
    http::Request get = request("GET", "manifests/" + name);
    get.headers.add("Accept", accepted_documents);
    SLIPWAY_TRY_ASSIGN(http::Response response, send(get));
    const std::string subject =
        reference_.registry + "/" + reference_.repository + ": manifest '" + name + "'";
    if (!response.ok()) return failure(subject, response);
    const Digest digest = Digest::of(response.body);
    if (name.starts_with("sha256:") && name != "sha256:" + digest.hex())
        return Error{Kind::verify, subject + ": its bytes have the digest sha256:" + digest.hex(),
                     "somebody has changed it on the way, or the registry is damaged"};
    return Fetched{response.headers["Content-Type"], std::move(response.body), digest};
}

Result<void> Registry::blob(const Descriptor& descriptor, const Bytes& sink) {
    BlobFlow flow(descriptor, sink);
    http::Request get = request("GET", "blobs/sha256:" + descriptor.digest.hex());
    get.max_body = std::numeric_limits<std::size_t>::max();
    get.sink = [&](std::string_view bytes) { return flow.take(bytes); };
    get.before_sink = [&](long status) {
        flow.begin(status != 206);
        return Result<void>();
    };
    const auto tell = [this](const std::string& why, std::chrono::milliseconds) {
        if (settings_.tell) settings_.tell(reference_.registry + ": " + why + ", going on");
    };
    const auto outcome = http::retried(
        settings_.retry, http::system_tools(settings_.cancelled),
        [&] {
            http::Request rest = get;
            if (flow.received() > 0) rest.headers.add("Range", fmt::format("bytes={}-", flow.received()));
            return send_authorized(rest);
        },
        tell);
    const std::string subject = "blob sha256:" + descriptor.digest.hex();
    if (!outcome) {
        Error error = outcome.error();
        return error.kind == Kind::verify ? std::move(error).in(subject) : error;
    }
    if (!outcome.value().ok()) return failure(subject, outcome.value());
    auto done = flow.finish();
    if (!done) return std::move(done).error().in(subject);
    return {};
}

} // namespace slipway::verify
