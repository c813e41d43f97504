// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an https server's answer, or libcurl's failure to get one, means for a publication.
#pragma once

#include <curl/curl.h>
#include <http_carrier.hpp>

#include <optional>
#include <string>

namespace slipway::git_publish {

struct HttpAnswer {
    long status;          ///< 0: none came
    std::string type;     ///< Content-Type
    std::string location; ///< where a redirect leads to
    const std::string& body;
};

/// nullopt if the answer is 200 and of the type `expected`.
std::optional<support::Error> http_failure(const HttpAnswer& answer, const std::string& expected,
                                           const HttpSettings& settings);

/// `words`: what libcurl wrote into its error buffer. `proxy_status`: what a proxy answered when it was asked
/// for a tunnel; 0 if none was.
support::Error curl_failure(CURLcode code, const std::string& words, const HttpSettings& settings,
                            long proxy_status = 0);

support::Error silence_failure(const Patience& patience);

} // namespace slipway::git_publish
