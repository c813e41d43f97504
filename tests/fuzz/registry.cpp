// SPDX-License-Identifier: GPL-3.0-or-later
//
// The answers of a registry and of Docker Hub, as dockerhub-verify asks for them: "----" is between two. The
// first line of the input says what is asked.
#include "answers.hpp"
#include "input.hpp"

#include <hub.hpp>
#include <registry.hpp>

using namespace slipway;
using namespace slipway::verify;

namespace {

constexpr const char* password = "password-that-nobody-sees";

std::unique_ptr<Registry> make_registry(const fuzz::AnswerServer& server) {
    RegistrySettings settings;
    settings.network.proxy = server.proxy();
    settings.retry.attempts = 1;
    settings.plain_http = true;
    settings.credentials = Credentials{"user", http::Secret(password)};
    settings.tell = [](const std::string& text) { fuzz::require(support::printable(text) == text); };
    return std::move(Registry::create({"registry.test", "library/a", "latest", ""}, std::move(settings)))
        .value();
}

template <class T>
void check(const support::Result<T>& result) {
    if (!result) fuzz::require(result.error().message().find(password) == std::string::npos);
}

void ask_hub(const fuzz::AnswerServer& server) {
    http::Network network;
    network.proxy = server.proxy();
    auto client = http::Client::create({network, {}, {}});
    http::RetryPolicy once;
    once.attempts = 1;
    check(hub_tag(client.value(), once, http::system_tools({}), "http://hub.test", "library/a", "latest"));
}

void ask_blob(Registry& registry) {
    const Descriptor five{"application/octet-stream", support::Digest::of("fuzz\n"), 5};
    std::string bytes;
    const auto got = registry.blob(five, [&](std::string_view some) {
        bytes += some;
        return support::Result<void>();
    });
    fuzz::require(bytes.size() <= five.size && (!got || bytes == "fuzz\n"));
    check(got);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::AnswerServer server;
    const std::string_view text = fuzz::text_of(data, size);
    if (text.find(password) != std::string_view::npos) return 0; // whom would it be kept from?
    const std::string what = server.play(text);
    if (what == "hub") {
        ask_hub(server);
        return 0;
    }
    const auto registry = make_registry(server);
    if (what == "blob") {
        ask_blob(*registry);
        return 0;
    }
    const auto digest = registry->digest_of_tag("latest");
    check(digest);
    if (digest && digest.value()) fuzz::require(static_cast<bool>(parse_digest(*digest.value())));
    check(registry->document(what == "digest" ? "sha256:" + std::string(64, '0') : "latest"));
    return 0;
}
