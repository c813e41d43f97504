// SPDX-License-Identifier: GPL-3.0-or-later
#include "credentials.hpp"

#include <common/base64.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

namespace slipway::verify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Keys are hosts, or URLs of their APIs: "https://index.docker.io/v1/" is docker.io.
std::string registry_of(std::string key) {
    if (const std::size_t scheme = key.find("://"); scheme != std::string::npos) key.erase(0, scheme + 3);
    key = key.substr(0, key.find('/'));
    return key == "index.docker.io" || key == "registry-1.docker.io" ? "docker.io" : key;
}

constexpr const char* as_options = "give user and password as options, the password as a secret";

/// Passwords that are with another program:
/// https://docs.docker.com/reference/cli/docker/login/#credential-stores. docker asks the registry's helper,
/// else the store; what it has no login for it asks, too.
Result<void> refuse_helpers(const json::Value& config, const std::string& registry) {
    for (const json::Member& helper : config["credHelpers"].as_object())
        if (registry_of(helper.key) == registry)
            return Error{Kind::unsupported,
                         "docker's config.json: the password of " + registry
                             + " is with the credential helper '"
                             + support::printable(helper.value.as_string()) + "', which is not run",
                         as_options};
    if (const std::string& store = config["credsStore"].as_string(); !store.empty())
        return Error{Kind::unsupported,
                     "docker's config.json: passwords are in the credential store '"
                         + support::printable(store) + "', which is not asked",
                     std::string(as_options) + "; to ask as anybody, leave docker_config out"};
    return {};
}

} // namespace

Result<std::optional<Credentials>> credentials_in(const std::string& docker_config,
                                                  const std::string& registry) {
    auto config = json::parse(docker_config);
    if (!config) return std::move(config).error().in("docker's config.json");
    for (const json::Member& entry : config.value()["auths"].as_object()) {
        const std::string& encoded = entry.value["auth"].as_string();
        if (registry_of(entry.key) != registry) continue;
        if (!entry.value["identitytoken"].as_string().empty())
            return Error{Kind::unsupported,
                         "docker's config.json: it has an identity token for " + registry
                             + ", not a password",
                         as_options};
        if (encoded.empty()) continue;
        const auto text = common::unbase64(encoded);
        const std::size_t colon = text ? text->find(':') : std::string::npos;
        if (colon == std::string::npos)
            return Error{Kind::config,
                         "docker's config.json: the auth of '" + support::printable(entry.key)
                             + "' is not USER:PASSWORD in base64",
                         "docker login writes it"};
        return std::optional(Credentials{text->substr(0, colon), http::Secret(text->substr(colon + 1))});
    }
    SLIPWAY_TRY(refuse_helpers(config.value(), registry));
    return std::optional<Credentials>();
}

http::Secret basic(const Credentials& credentials) {
    return http::Secret("Basic " + common::base64(credentials.user + ":" + credentials.password.reveal()));
}

} // namespace slipway::verify
