// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small texts of registries and their users: names of images, challenges, docker's config.json, extended
// headers of tars, when to come back.
#include "input.hpp"

#include <challenge.hpp>
#include <credentials.hpp>
#include <http/retry.hpp>
#include <http/url.hpp>
#include <pax.hpp>
#include <reference.hpp>

using namespace slipway;
using namespace slipway::verify;

namespace {

void use_reference(const std::string& text) {
    const auto reference = parse_reference(text);
    if (!reference) return;
    const auto again = parse_reference(reference.value().text());
    fuzz::require(again && again.value().text() == reference.value().text());
}

void use_extended(const std::string& text) {
    const auto extended = parse_extended(text, [](const std::string&) {});
    if (!extended) return;
    const std::int64_t nsec = extended.value().mtime_nsec;
    fuzz::require(nsec >= 0 && nsec < 1'000'000'000);
}

void use_url(const std::string& text) {
    (void)http::origin_of(text);
    (void)http::without_credentials(text);
    (void)http::printable_url(text);
    if (const auto url = http::resolve("https://a.test/b/c?d", text))
        fuzz::require(static_cast<bool>(http::origin_of(url.value())));
    http::Response response;
    response.status = 429;
    for (const char* name : {"Retry-After", "X-Retry-After", "X-RateLimit-Reset"}) {
        response.headers = {{name, text}};
        if (const auto pause = http::asked_pause(response, 1793836800)) fuzz::require(pause->count() >= 0);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    (void)parse_challenge(text);
    (void)credentials_in(text, "docker.io");
    use_reference(text);
    use_extended(text);
    use_url(text);
    return 0;
}
