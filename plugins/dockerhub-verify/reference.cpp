// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference.hpp"

#include <support/hash.hpp>
#include <support/text.hpp>

#include <regex>

namespace slipway::verify {

using support::Error;
using support::Kind;
using support::Result;

namespace {

Error refuse(const std::string& text, const std::string& why) {
    return {Kind::config, "image '" + support::printable(text.substr(0, 300)) + "': " + why,
            "such as archlinux:latest, ghcr.io/owner/name:tag or 127.0.0.1:5000/name@sha256:…"};
}

/// The part before the first slash is a host if it could be no user of Docker Hub.
bool is_host(const std::string& part) {
    return part == "localhost" || part.find_first_of(".:") != std::string::npos;
}

} // namespace

std::string Reference::text() const {
    return registry + "/" + repository + (tag.empty() ? "" : ":" + tag)
           + (digest.empty() ? "" : "@" + digest);
}

Result<Reference> parse_reference(const std::string& text) {
    static const std::regex path(
        "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
    static const std::regex tag("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    static const std::regex host("(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]"
                                 "*[A-Za-z0-9])?)*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]{1,5})?");
    if (text.size() > 1000) return refuse(text, "too long");
    Reference reference;
    std::string rest = text;
    if (const std::size_t at = rest.find('@'); at != std::string::npos) {
        reference.digest = rest.substr(at + 1);
        rest.resize(at);
        if (!reference.digest.starts_with("sha256:") || !support::Digest::parse(reference.digest.substr(7)))
            return refuse(text, "the digest is not sha256: and 64 lower-case hex digits");
    }
    const std::size_t slash = rest.find('/');
    if (slash != std::string::npos && is_host(rest.substr(0, slash))) {
        reference.registry = rest.substr(0, slash);
        rest.erase(0, slash + 1);
        if (!std::regex_match(reference.registry, host)) return refuse(text, "no such host can be");
    }
    if (const std::size_t colon = rest.find(':'); colon != std::string::npos) {
        reference.tag = rest.substr(colon + 1);
        rest.resize(colon);
        if (!std::regex_match(reference.tag, tag)) return refuse(text, "no such tag can be");
    }
    if (!std::regex_match(rest, path) || rest.size() > 255) return refuse(text, "not the name of an image");
    if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
    const std::string& registry = reference.registry;
    if (registry.empty() || registry == "index.docker.io" || registry == "registry-1.docker.io"
        || registry == "hub.docker.com")
        reference.registry = "docker.io";
    reference.repository =
        reference.on_hub() && rest.find('/') == std::string::npos ? "library/" + rest : rest;
    return reference;
}

} // namespace slipway::verify
