// SPDX-License-Identifier: GPL-3.0-or-later
#include <http/failure.hpp>

#include <cctype>

namespace slipway::http {

using support::Kind;

Kind kind_of_http(long status) {
    switch (status) {
    case 401:
    case 403:
    case 407:
        return Kind::auth;
    case 404:
    case 410:
        return Kind::not_found;
    case 409:
    case 412:
        return Kind::conflict;
    case 451: // RFC 7725
        return Kind::denied;
    default:
        return status < 400 || may_pass(status) ? Kind::net_transient : Kind::unsupported;
    }
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

} // namespace slipway::http
