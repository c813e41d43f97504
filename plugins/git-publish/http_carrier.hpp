// SPDX-License-Identifier: GPL-3.0-or-later
//
// git over https, by libcurl (gitprotocol-http(5), "smart" servers only).
#pragma once

#include <carrier.hpp>

#include <memory>
#include <string>

namespace slipway::git_publish {

/// How an https server is reached. Nothing of it comes from the environment.
struct HttpSettings {
    std::string user;     ///< with `password`; GitHub takes any name beside a token
    std::string password; ///< a token counts as one; "": none is sent
    std::string proxy;    ///< curl's form ("http://proxy:3128", "socks5h://…"); "": none
    std::string no_proxy; ///< hosts without it, by commas
    std::string ca_file;  ///< PEM certificates to trust instead of the system's; "": the system's
    Patience patience;
};

/// `url`: without a slash at its end. The credentials are sent with every request, to that host alone:
/// redirects are not followed but told of. The streams' errors:
/// Kind::auth: 401, 403, 407, in the server's words. Kind::not_found: 404. Kind::verify: TLS is not trusted.
/// Kind::resource: 413. Kind::unsupported: no git server, or one that has moved. Kind::net_transient: the
/// rest.
std::unique_ptr<Carrier> make_http_carrier(const std::string& url, const HttpSettings& settings, Stop stop);

} // namespace slipway::git_publish
