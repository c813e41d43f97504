// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <http_failure.hpp>
#include <support/text.hpp>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;

constexpr std::size_t most_lines = 20;

/// A server's own words, if they are for people.
std::vector<std::string> words_of(const HttpAnswer& answer) {
    std::vector<std::string> lines;
    if (!answer.type.starts_with("text/plain")) return lines;
    for (const std::string& line : support::split(answer.body, '\n'))
        if (!line.empty() && lines.size() < most_lines) lines.push_back(support::printable(line));
    return lines;
}

Error refused(long status, bool has_password) {
    if (status == 401 && !has_password)
        return {Kind::auth, "the server wants a user name and a password (401)",
                "set \"token\": {\"secret\": NAME}"};
    if (status == 401)
        return {Kind::auth, "the server does not take the token or password (401)",
                "it is wrong or has expired: make a new one, and set the secret to it"};
    return {Kind::auth, "the server does not allow this (403)",
            has_password ? "the token may not push here: give it write access to the repository's contents"
                         : "set \"token\": {\"secret\": NAME}, of a token with write access"};
}

/// It has opened no tunnel to the server.
Error refused_by_proxy(long status) {
    if (status == 407 || status == 401) // tinyproxy says 401 to a wrong password
        return {Kind::auth, fmt::format("the proxy wants a user name and a password ({})", status),
                "write \"proxy\": {\"secret\": NAME}, whose value is http://USER:PASSWORD@HOST:PORT"};
    if (status >= 500)
        return {Kind::net_transient, fmt::format("the proxy does not reach the server ({})", status),
                "run again later"};
    return {
        Kind::denied, fmt::format("the proxy does not let us through ({})", status),
        "may it open tunnels to this host and port? \"no_proxy\" names hosts that are reached without it"};
}

Error by_status(const HttpAnswer& answer, bool has_password) {
    const long status = answer.status;
    if (status == 401 || status == 403) return refused(status, has_password);
    if (status == 404 || status == 410)
        return {Kind::not_found, fmt::format("the server has no such repository ({})", status),
                "is the address right? Private repositories look like this to a token that may not see them"};
    if (status == 407) return refused_by_proxy(status);
    if (status == 413)
        return {Kind::resource, "the server takes no push of this size (413)",
                "publish less in one release, or raise the server's limit"};
    if (status >= 300 && status < 400)
        return {Kind::unsupported, "the repository is elsewhere: " + support::printable(answer.location),
                "set \"remote\" to where it is now: credentials are not sent to another address unasked"};
    return {Kind::net_transient, fmt::format("the server answers {}", status), "run again later"};
}

} // namespace

std::optional<Error> http_failure(const HttpAnswer& answer, const std::string& expected,
                                  const HttpSettings& settings) {
    if (answer.status == 200) {
        // gitprotocol-http(5): a client must check the type.
        if (answer.type == expected) return std::nullopt;
        return Error{Kind::unsupported,
                     "no git server answers there, but one that sends '" + support::printable(answer.type)
                         + "'",
                     "is the address a repository's? It often ends in .git"};
    }
    Error error = by_status(answer, !settings.password.empty());
    error.trace = words_of(answer);
    return error;
}

Error curl_failure(CURLcode code, const std::string& words, const HttpSettings& settings, long proxy_status) {
    if (proxy_status >= 400) return refused_by_proxy(proxy_status);
    const std::string said = support::printable(words.empty() ? curl_easy_strerror(code) : words);
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return {Kind::verify, "the server's certificate is not trusted: " + said,
                "set \"ca_file\" to the certificate of its authority; verification cannot be switched off"};
    case CURLE_SSL_CACERT_BADFILE:
        return {Kind::config, "ca_file '" + settings.ca_file + "': " + said, "it must hold PEM certificates"};
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return {Kind::net_transient, said, "is the machine on the network, and is the address right?"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return {Kind::config, said, "look at the options \"remote\" and \"proxy\""};
    case CURLE_OUT_OF_MEMORY:
        return {Kind::resource, said};
    default:
        return {Kind::net_transient, said, "run again: what the server has taken will be recognised"};
    }
}

Error silence_failure(const Patience& patience) {
    return {Kind::net_transient,
            fmt::format("the server has neither taken nor sent a byte for {} s", patience.silence.count()),
            "run again: what the server has taken will be recognised"};
}

} // namespace slipway::git_publish
