// SPDX-License-Identifier: GPL-3.0-or-later
//
// A small HTTP client for REST APIs and registries: one exchange at a time, connections kept between them.
#pragma once

#include <http/message.hpp>
#include <http/network.hpp>

#include <functional>
#include <string>

namespace slipway::http {

/// Not thread-safe; one a thread.
class Client {
public:
    struct Settings {
        Network network = {};
        Timeouts timeouts = {};
        std::function<bool()> cancelled = {}; ///< asked ten times a second; optional
    };

    static support::Result<Client> create(Settings settings);

    /// The answer, whatever its status. An error is a failure of the network (net_transient), of TLS or of an
    /// answer that is not what it must be (verify), of the request (config), or cancelled. Its text begins
    /// with method and URL, and shows no secret.
    ///
    /// Redirects are followed as RFC 9110, 15.4 has it, for http and https alone, never from https to http.
    /// At another origin the request goes on without Authorization; one with a body does not go there, and
    /// its redirect is the answer.
    support::Result<Response> send(const Request& request);

private:
    Client(Settings settings, Multi multi) : settings_(std::move(settings)), multi_(std::move(multi)) {}

    support::Result<Response> follow(const Request& request);

    Settings settings_;
    Multi multi_; ///< keeps the connections
};

/// The failure that an answer's status is, told by its number and the server's address. Kind: kind_of_http().
support::Error status_error(const std::string& subject, const Response& response);

} // namespace slipway::http
