// SPDX-License-Identifier: GPL-3.0-or-later
#include <server_failure.hpp>

#include <cctype>

namespace slipway::pacman_fetch {

using support::Kind;

Kind kind_of_http(long status) {
    if (status == 404 || status == 410) return Kind::not_found;
    if (status == 401 || status == 403 || status == 407) return Kind::auth;
    return Kind::net_transient;
}

Kind kind_of_curl(CURLcode code) {
    switch (code) {
    case CURLE_FILE_COULDNT_READ_FILE:
        return Kind::not_found;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE:
        return Kind::config;
    case CURLE_PEER_FAILED_VERIFICATION:
        return Kind::verify;
    case CURLE_OUT_OF_MEMORY:
        return Kind::resource;
    case CURLE_ABORTED_BY_CALLBACK:
        return Kind::cancelled;
    default:
        return Kind::net_transient;
    }
}

bool may_pass(long http_status) {
    return http_status == 408 || http_status == 425 || http_status == 429 || http_status >= 500;
}

bool may_pass(CURLcode code) {
    return kind_of_curl(code) == Kind::net_transient && code != CURLE_TOO_MANY_REDIRECTS;
}

std::string cause_of(CURLcode code) {
    if (code == CURLE_FILE_COULDNT_READ_FILE) return "no such file, or not readable";
    // libcurl's words in our case: "Couldn't connect to server" but not "SSL connect error".
    std::string text = curl_easy_strerror(code);
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

const char* hint_of(Kind kind) {
    switch (kind) {
    case Kind::not_found:
        return "is the server's address right, and is the server in step with its database?";
    case Kind::auth:
        return "the server wants credentials, or does not serve this address to everyone";
    case Kind::verify:
        return "the server holds other bytes than its database says: use another server";
    case Kind::net_transient:
        return "run again later, or add another server";
    default:
        return "";
    }
}

} // namespace slipway::pacman_fetch
