// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <http/url.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <memory>

namespace slipway::http {

using support::Error;
using support::Kind;
using support::Result;

namespace {

struct UrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

Result<Url> parse(const std::string& text) {
    Url url(curl_url());
    const auto bad = [&](const std::string& why) {
        return Error{Kind::config, "'" + support::printable(printable_url(text)) + "': " + why,
                     "give an address that begins with https://"};
    };
    // Controls would end a header line or hide in a log.
    const auto control = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), control)) return bad("a blank or control character in a URL");
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        return bad("not an absolute URL");
    const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https") return bad("neither http nor https");
    return url;
}

} // namespace

Result<Origin> origin_of(const std::string& url) {
    SLIPWAY_TRY_ASSIGN(const Url parsed, parse(url));
    Origin origin{part_of(parsed.get(), CURLUPART_SCHEME), part_of(parsed.get(), CURLUPART_HOST),
                  part_of(parsed.get(), CURLUPART_PORT)};
    for (char& c : origin.host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return origin;
}

Result<std::string> resolve(const std::string& base, const std::string& reference) {
    SLIPWAY_TRY_ASSIGN(const Url url, parse(base));
    if (curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK)
        return Error{Kind::verify, "'" + support::printable(printable_url(reference)) + "': no URL"};
    for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT})
        curl_url_set(url.get(), part, nullptr, 0);
    char* text = nullptr;
    if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK)
        return Error{Kind::verify, "'" + support::printable(printable_url(reference)) + "': no URL"};
    std::string out(text);
    curl_free(text);
    return out;
}

std::string without_credentials(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const auto authority = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - (scheme + 3));
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos) return std::string(url);
    return std::string(url.substr(0, scheme + 3)) + std::string(url.substr(scheme + 3 + at + 1));
}

std::string printable_url(std::string_view url) {
    std::string out = without_credentials(url);
    return out.substr(0, out.find_first_of("?#"));
}

std::string percent_encoded(std::string_view text, std::string_view also) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                           || std::string_view("-._~").find(c) != std::string_view::npos
                           || also.find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

bool is_loopback(const std::string& host) {
    // A number: "127.0.0.1.example.org" is a name like any other.
    in_addr address{};
    const bool is_number = ::inet_pton(AF_INET, host.c_str(), &address) == 1;
    return host == "localhost" || host == "[::1]" || (is_number && host.starts_with("127."));
}

} // namespace slipway::http
