// SPDX-License-Identifier: GPL-3.0-or-later
#include <body.hpp>
#include <settings.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// The token goes there: not in the clear.
Result<std::string> read_api(std::string url) {
    SLIPWAY_TRY_ASSIGN(const http::Origin origin, http::origin_of(url));
    if (origin.scheme != "https" && !http::is_loopback(origin.host))
        return Error{Kind::config,
                     "'" + http::printable_url(url) + "': the token would go over the wire in the clear",
                     "use https"};
    if (url.find_first_of("?#") != std::string::npos || http::without_credentials(url) != url)
        return Error{Kind::config, "'" + http::printable_url(url) + "': more than an address",
                     "give no query, user or password in it"};
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view("._-/").find(c) != std::string_view::npos;
}

/// A template is checked with no facts: its names are known before anything runs.
Result<void> check_templates(const Settings& settings, std::string& pointer) {
    const Values names = values_of({});
    pointer = "/title";
    SLIPWAY_TRY(fill(settings.title, names));
    pointer = "/body";
    SLIPWAY_TRY(fill(settings.body, names));
    return {};
}

} // namespace

Result<void> check_branch(const std::string& name) {
    const auto parts = support::split(name, '/');
    const bool good = std::ranges::all_of(name, is_plain) && name.find("..") == std::string::npos
                      && std::ranges::none_of(parts, [](const std::string& part) {
                             return part.empty() || part.front() == '.' || part.front() == '-'
                                    || part.back() == '.' || part.ends_with(".lock");
                         });
    if (good && name.size() <= 200) return {};
    return Error{Kind::config, "branch '" + support::printable(name) + "': not a usable name",
                 "use letters, digits and . _ - / in \"branch_name\""};
}

std::string Settings::branch_stem(const std::string& chain) const {
    return branch_name.empty() ? chain : branch_name;
}

std::string Settings::branch(const std::string& chain, const std::string& version) const {
    return branch_stem(chain) + (per_release ? "-" + version : "");
}

Result<Settings> read_settings(const json::Value& options, std::string& pointer) {
    Settings settings;
    settings.repository = repository_of(options["repository"].as_string());
    settings.base = options["base"].as_string();
    settings.fork = options["fork"].as_string();
    settings.per_release = options["branch"].as_string() == "per-release";
    settings.branch_name = options["branch_name"].as_string();
    settings.title = options["title"].as_string();
    settings.body = options["body"].as_string();
    if (settings.body.empty()) settings.body = usual_body;
    for (const json::Value& one : options["mention"].as_array())
        settings.mention.push_back(one.as_string());
    settings.close_superseded = options["close_superseded"].as_bool();
    if (const json::Value* author = options.find("author"))
        settings.author = Author{(*author)["name"].as_string(), (*author)["email"].as_string()};
    settings.token = options["token"]["secret"].as_string();
    settings.network = http::network_of(options);
    pointer = "/api";
    SLIPWAY_TRY_ASSIGN(settings.api, read_api(options["api"].as_string()));
    pointer = "/branch_name";
    if (!settings.branch_name.empty()) SLIPWAY_TRY(check_branch(settings.branch_name));
    pointer = "/base";
    if (!settings.base.empty()) SLIPWAY_TRY(check_branch(settings.base));
    SLIPWAY_TRY(check_templates(settings, pointer));
    pointer.clear();
    return settings;
}

} // namespace slipway::github
