// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings.hpp"

#include <support/text.hpp>

namespace slipway::verify {

namespace json = support::json;
using support::Result;

namespace {

std::vector<std::string> texts(const json::Value& array) {
    std::vector<std::string> list;
    for (const json::Value& item : array.as_array())
        list.push_back(item.as_string());
    return list;
}

CompareRules compare_rules(const json::Value& options) {
    const std::string& times = options["times"].as_string();
    return {texts(options["allow"]), times == "compare"  ? Times::compare
                                     : times == "ignore" ? Times::ignore
                                                         : Times::automatic};
}

RegistrySettings registry_settings(const json::Value& options) {
    RegistrySettings settings;
    settings.network = http::network_of(options);
    settings.retry.attempts = static_cast<unsigned>(options["attempts"].as_integer(5));
    settings.plain_http = options["plain_http"].as_bool();
    return settings;
}

std::string hub_api(const std::string& option, const Reference& image) {
    if (option.empty() || option == "auto") return image.on_hub() ? "https://hub.docker.com" : "";
    return option == "none" ? "" : option;
}

} // namespace

Result<Settings> parse_settings(const json::Value& options, std::string& pointer) {
    pointer = "/image";
    SLIPWAY_TRY_ASSIGN(Reference image, parse_reference(options["image"].as_string()));
    pointer = "/platform";
    const std::string& platform = options["platform"].as_string();
    SLIPWAY_TRY_ASSIGN(common::Platform wanted,
                       common::parse_platform(platform.empty() ? "linux/amd64" : platform));
    pointer.clear();
    Limits limits;
    limits.unpacked = static_cast<std::uint64_t>(
        options["max_unpacked"].as_integer(static_cast<std::int64_t>(limits.unpacked)));
    limits.entries = static_cast<std::uint64_t>(
        options["max_entries"].as_integer(static_cast<std::int64_t>(limits.entries)));
    Settings settings{{std::move(image),
                       texts(options["tags"]),
                       std::move(wanted),
                       compare_rules(options),
                       {options["config"]},
                       limits}};
    settings.registry = registry_settings(options);
    settings.against = options["against"].as_string();
    settings.folder = options["folder"].as_string();
    if (!settings.folder.empty() && !settings.folder.ends_with('/')) settings.folder += '/';
    settings.report = options["report"].as_string();
    settings.fail = options["differences"].as_string() != "report";
    settings.wait = support::parse_duration(options["wait"].as_string()).value_or(std::chrono::seconds(0));
    settings.hub_api = hub_api(options["hub"].as_string(), settings.order.image);
    settings.user = options["credentials"]["user"].as_string();
    settings.password_secret = options["credentials"]["password"]["secret"].as_string();
    settings.docker_config = options["docker_config"].as_string();
    return settings;
}

} // namespace slipway::verify
