// SPDX-License-Identifier: GPL-3.0-or-later
//
// When a request is sent again, and how long before: what a server asks for, else exponential backoff.
#pragma once

#include <http/message.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace slipway::http {

struct RetryPolicy {
    unsigned attempts = 5;                          ///< in all, at least 1
    std::chrono::milliseconds first_pause{1000};    ///< doubled after each, with jitter
    std::chrono::milliseconds longest_pause{60000}; ///< a server that asks for more is not waited for
};

/// The world that a Retry lives in.
struct RetryTools {
    std::function<std::int64_t()> now; ///< seconds since 1970-01-01 UTC
    /// An error (cancelled) ends the waiting, and is the result then.
    std::function<support::Result<void>(std::chrono::milliseconds)> sleep;
    std::function<double()> random; ///< 0 to 1
};

/// The system's clock, and a sleep that asks `cancelled` ten times a second.
RetryTools system_tools(std::function<bool()> cancelled);

/// How long the server wants us to wait, from `now` on: Retry-After in seconds or as a date (RFC
/// 9110, 10.2.3), X-Retry-After as Unix time (Docker Hub), X-RateLimit-Reset as Unix time where none remains
/// (GitHub, Docker Hub). Nothing where it does not say.
std::optional<std::chrono::seconds> asked_pause(const Response& response, std::int64_t now);

/// Whether a request may do better in a while: 408, 425, 429 and 5xx, and 403 with a word about when.
bool may_pass(const Response& response, std::int64_t now);

/// Send until an answer is not worth another try, or the policy says enough; then the last answer or error.
/// `send` must be such that doing it twice is as good as doing it once. `tell`, if any, hears of each pause.
support::Result<Response>
retried(const RetryPolicy& policy, const RetryTools& tools,
        const std::function<support::Result<Response>()>& send,
        const std::function<void(const std::string& why, std::chrono::milliseconds pause)>& tell = {});

} // namespace slipway::http
