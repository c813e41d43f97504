// SPDX-License-Identifier: GPL-3.0-or-later
#include <curl/curl.h>
#include <http/failure.hpp>
#include <http/retry.hpp>

#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

namespace slipway::http {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Error;
using support::Kind;
using support::Result;

namespace {

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failed != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

/// A century is "never" and fits every clock's arithmetic.
seconds until(std::int64_t then, std::int64_t now) {
    constexpr std::int64_t century = 100LL * 366 * 24 * 3600;
    return seconds(std::clamp<std::int64_t>(then > now ? then - now : 0, 0, century));
}

milliseconds backoff(const RetryPolicy& policy, unsigned attempt, double random) {
    const auto doubled =
        std::min(policy.first_pause * (1u << std::min(attempt - 1, 16u)), policy.longest_pause);
    return std::chrono::duration_cast<milliseconds>(doubled * (0.5 + random / 2));
}

/// How long to wait after attempt `attempt` came to `outcome`; nothing: that is the last word.
std::optional<milliseconds> pause_after(const RetryPolicy& policy, const RetryTools& tools, unsigned attempt,
                                        const Result<Response>& outcome) {
    if (attempt >= policy.attempts) return std::nullopt;
    const auto usual = backoff(policy, attempt, tools.random());
    if (!outcome) return outcome.error().kind == Kind::net_transient ? std::optional(usual) : std::nullopt;
    const std::int64_t now = tools.now();
    if (!may_pass(outcome.value(), now)) return std::nullopt;
    const auto asked = asked_pause(outcome.value(), now).value_or(seconds(0));
    if (asked > policy.longest_pause) return std::nullopt;
    return std::max<milliseconds>(usual, asked);
}

} // namespace

std::optional<seconds> asked_pause(const Response& response, std::int64_t now) {
    const std::string& after = response.headers["Retry-After"];
    if (const auto count = number(after)) return until(now + std::min(*count, std::int64_t{1} << 40), now);
    if (!after.empty())
        if (const auto date = curl_getdate(after.c_str(), nullptr); date >= 0)
            return until(static_cast<std::int64_t>(date), now);
    if (const auto time = number(response.headers["X-Retry-After"])) return until(*time, now);
    const auto reset = number(response.headers["X-RateLimit-Reset"]);
    const auto remaining = number(response.headers["X-RateLimit-Remaining"]);
    if (reset && (response.status == 429 || remaining == 0)) return until(*reset, now);
    return std::nullopt;
}

bool may_pass(const Response& response, std::int64_t now) {
    // GitHub's limits come as 403 too, told apart from a missing permission by these headers:
    // https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    if (response.status == 403) return asked_pause(response, now).has_value();
    return may_pass(response.status);
}

RetryTools system_tools(std::function<bool()> cancelled) {
    const auto sleep = [cancelled = std::move(cancelled)](milliseconds pause) -> Result<void> {
        const auto end = std::chrono::steady_clock::now() + pause;
        for (auto now = end - pause; now < end; now = std::chrono::steady_clock::now()) {
            if (cancelled && cancelled()) return Error{Kind::cancelled, "waiting for a server: cancelled"};
            std::this_thread::sleep_for(
                std::min<std::chrono::steady_clock::duration>(end - now, milliseconds(100)));
        }
        return {};
    };
    const auto now = [] {
        return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    };
    const auto random = [generator = std::minstd_rand(std::random_device()())]() mutable {
        return std::uniform_real_distribution<>()(generator);
    };
    return {now, sleep, random};
}

Result<Response> retried(const RetryPolicy& policy, const RetryTools& tools,
                         const std::function<Result<Response>()>& send,
                         const std::function<void(const std::string&, milliseconds)>& tell) {
    for (unsigned attempt = 1;; ++attempt) {
        auto outcome = send();
        const auto pause = pause_after(policy, tools, attempt, outcome);
        if (!pause) return outcome;
        if (tell)
            tell(outcome ? "HTTP status " + std::to_string(outcome.value().status) : outcome.error().what,
                 *pause);
        SLIPWAY_TRY(tools.sleep(*pause));
    }
}

} // namespace slipway::http
