// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who we are to a registry.
#pragma once

#include <http/secret.hpp>

#include <optional>
#include <string>

namespace slipway::verify {

struct Credentials {
    std::string user;
    http::Secret password; ///< or a token; empty: nobody
};

/// What docker's and podman's config.json has for a registry (docker/cli's documentation, "docker login").
/// Nothing: it has none. Kind::config: not such a file. Kind::unsupported: a program has to be asked for it,
/// or it is a token of another kind.
support::Result<std::optional<Credentials>> credentials_in(const std::string& docker_config,
                                                           const std::string& registry);

/// The value of an Authorization header (RFC 7617).
http::Secret basic(const Credentials& credentials);

} // namespace slipway::verify
