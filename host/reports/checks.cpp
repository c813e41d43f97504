// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/checks.hpp"

#include <chain/pin.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::host::reports {

namespace json = support::json;
using json::Value;

namespace {

// docs/reference/artifacts.md
constexpr const char* release_type = "application/vnd.slipway.release.v1+json";
constexpr const char* verdict_type = "application/vnd.slipway.verdict.v1+json";

Value check(std::string subject, std::string expects, std::string command) {
    return json::Object{
        {"subject", std::move(subject)}, {"expects", std::move(expects)}, {"command", std::move(command)}};
}

json::Array of_release(const Value& release) {
    // A tag may be an object of its own: what counts is the commit below it.
    const std::string fetch =
        fmt::format("git fetch --quiet --depth 1 {} {} && git rev-parse",
                    shell_word(release["remote"].as_string()), shell_word(release["ref"].as_string()));
    return {check(release["tag"].as_string() + ": commit", release["commit"].as_string(),
                  fetch + " 'FETCH_HEAD^{commit}'"),
            check(release["tag"].as_string() + ": tree", release["tree"].as_string(),
                  fetch + " 'FETCH_HEAD^{tree}'")};
}

json::Array of_verdict(const Value& verdict) {
    const std::string& image = verdict["image"].as_string();
    return {check(image, verdict["digest"].as_string(),
                  fmt::format("skopeo inspect --raw docker://{} | sha256sum", shell_word(image)))};
}

json::Array of_lock(const std::string& name, const Value& lock) {
    std::size_t signatures = 0;
    for (const Value& package : lock["packages"].as_array())
        signatures += package.find("signature") != nullptr ? 1 : 0;
    if (signatures == 0) return {};
    const std::string command =
        fmt::format("jq -r '.packages[] | select(.signature) | .filename + \" \" + .signature' {} |\n"
                    "while read -r file signature; do\n"
                    "    echo \"$signature\" | base64 -d | gpg --verify - \"$file\" || exit\n"
                    "done",
                    shell_word(name));
    return {check("signatures of the packages", fmt::format("good signatures: {}", signatures), command)};
}

} // namespace

std::string shell_word(const std::string& text) {
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
               || std::string_view("-_./:@+=,%").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::ranges::all_of(text, plain)) return text;
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

std::string digest_command(const std::string& name, const std::string& sha256) {
    // coreutils has a form of its own for names with line ends and backslashes, which nobody reads.
    if (support::printable(name) != name || name.find('\\') != std::string::npos)
        return fmt::format("sha256sum -- {}", shell_word(name));
    return fmt::format("echo {} | sha256sum --check", shell_word(sha256 + "  " + name));
}

json::Array checks_of(const std::string& type, const std::string& name, const Value& document) {
    if (type == release_type) return of_release(document);
    if (type == verdict_type) return of_verdict(document);
    if (type == chain::lock_type) return of_lock(name, document);
    return {};
}

} // namespace slipway::host::reports
