// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a URL says of where it leads (RFC 3986).
#pragma once

#include <support/result.hpp>

#include <string>
#include <string_view>

namespace slipway::http {

/// Who answers: what a secret may not leave (RFC 6454, 4).
struct Origin {
    std::string scheme; ///< "https"
    std::string host;   ///< lower case
    std::string port;   ///< the scheme's own if the URL has none

    bool operator==(const Origin&) const = default;
};

/// Kind::config if `url` is no absolute URL of http or https.
support::Result<Origin> origin_of(const std::string& url);

/// Whether a host (of an Origin) is this machine: what goes there goes over no wire.
bool is_loopback(const std::string& host);

/// Where `reference` (of a Location header) leads from `base`, without user and password.
support::Result<std::string> resolve(const std::string& base, const std::string& reference);

/// `url` without the user and password in it, for messages.
std::string without_credentials(std::string_view url);

/// The same without query and fragment: signed URLs carry their signature there.
std::string printable_url(std::string_view url);

/// `text` with all but RFC 3986's unreserved characters percent-encoded, and those of `also`.
std::string percent_encoded(std::string_view text, std::string_view also = {});

} // namespace slipway::http
