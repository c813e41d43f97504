// SPDX-License-Identifier: GPL-3.0-or-later
//
// Docker Hub's own API for tags: what the site shows (docs.docker.com/reference/api/hub/latest,
// "Repositories").
#pragma once

#include <http/client.hpp>
#include <http/retry.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::verify {

/// A tag as the Hub has it.
struct HubTag {
    std::string digest;                     ///< "" where it says none
    std::string last_pushed;                ///< "2026-11-05T04:12:00Z" or ""
    std::vector<std::string> architectures; ///< of its images: "amd64", "arm64"
};

/// `api`: "https://hub.docker.com". Nothing: the Hub does not have the tag. Kind::net_transient: it limits
/// us, or does not answer. Kind::verify: another answer than the API's.
support::Result<std::optional<HubTag>> hub_tag(http::Client& client, const http::RetryPolicy& retry,
                                               const http::RetryTools& tools, const std::string& api,
                                               const std::string& repository, const std::string& tag);

} // namespace slipway::verify
