// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an image that is not there yet waits for, and for how long.
#pragma once

#include "hub.hpp"
#include "verify.hpp"

#include <chrono>

namespace slipway::verify {

/// What the submission says: an open pull request has to be merged first. Kind::not_found: it was closed.
support::Result<std::optional<Pending>> pending_of_submission(const support::json::Value& submission);

/// What the Hub's API says of the image's tags, before anything is asked of the registry. `tag`: its answer.
std::optional<Pending> pending_of_hub(const std::optional<HubTag>& tag, const std::string& name,
                                      const common::Platform& platform);

/// When a wait began: kept in a file, as each look is a process of its own.
class Patience {
public:
    /// `file`: of this wait alone. `now`: seconds since 1970.
    Patience(std::string file, std::chrono::seconds longest, std::int64_t now)
        : file_(std::move(file)), longest_(longest), now_(now) {}

    /// Notes the wait's begin if this is its first look. Kind::not_found: it has been too long; the error
    /// names who lags. Kind::net_transient: it has been too long for a registry that does not answer.
    support::Result<void> check(const Pending& pending, const std::string& image) const;

    /// The wait is over.
    void end() const;

private:
    std::string file_;
    std::chrono::seconds longest_;
    std::int64_t now_;
};

} // namespace slipway::verify
