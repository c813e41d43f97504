// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a registry wants to see before it answers (RFC 9110, 11.6.1; distribution's docs/spec/auth/token.md).
#pragma once

#include <optional>
#include <string>

namespace slipway::verify {

struct Challenge {
    bool bearer = false;               ///< a token; else Basic
    std::string realm, service, scope; ///< of a token
};

/// The challenge in a WWW-Authenticate field that we can meet: Bearer before Basic.
std::optional<Challenge> parse_challenge(const std::string& field);

} // namespace slipway::verify
