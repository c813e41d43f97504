// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings.hpp"

#include "expression.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

namespace slipway::rootfs_test {

namespace json = support::json;
using support::Result;

namespace {

std::vector<std::string> strings(const json::Value& array) {
    std::vector<std::string> list;
    for (const json::Value& item : array.as_array())
        list.push_back(item.as_string());
    return list;
}

std::optional<std::string> text(const json::Value& value) {
    return value.is_string() ? std::optional(value.as_string()) : std::nullopt;
}

std::optional<std::int64_t> number(const json::Value& value) {
    return value.is_integer() ? std::optional(value.as_integer()) : std::nullopt;
}

FileRule parse_file(const json::Value& v) {
    FileRule rule;
    rule.path = v["path"].as_string();
    while (rule.path.ends_with('/'))
        rule.path.pop_back();
    rule.type = text(v["type"]);
    if (v["mode"].is_string())
        rule.mode = static_cast<unsigned>(std::stoul(v["mode"].as_string(), nullptr, 8));
    rule.uid = number(v["uid"]);
    rule.gid = number(v["gid"]);
    rule.link = text(v["link"]);
    if (const auto most = number(v["max_size"])) rule.max_size = static_cast<std::uint64_t>(*most);
    rule.matches = text(v["matches"]);
    return rule;
}

} // namespace

Result<Rules> parse_rules(const json::Value& options) {
    Rules rules;
    for (const json::Value& file : options["files"].as_array())
        rules.files.push_back(parse_file(file));
    rules.absent = strings(options["absent"]);
    rules.accounts = options["accounts"].as_integer();
    rules.root_locked = options["root_locked"].as_bool();
    rules.world_writable = options["world_writable"].as_string() != "allow";
    if (options["setuid"].is_array()) rules.setuid = strings(options["setuid"]);
    rules.package_database = options["package_database"].as_bool();
    rules.allow_missing = strings(options["allow_missing"]);
    rules.max_size = static_cast<std::uint64_t>(options["max_size"].as_integer());
    SLIPWAY_TRY(validate(rules));
    return rules;
}

Result<std::vector<CommandRule>> parse_commands(const json::Value& options) {
    std::vector<CommandRule> rules;
    for (const json::Value& value : options["commands"].as_array()) {
        CommandRule rule{rootfs::parse_command(value), static_cast<int>(value["exit"].as_integer(0)),
                         text(value["matches"])};
        rule.command.name = "'" + support::printable(support::join(rule.command.arguments, " ")) + "'";
        if (rule.matches)
            SLIPWAY_TRY(
                Expression::validate(*rule.matches, fmt::format("commands/{}/matches", rules.size())));
        rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace slipway::rootfs_test
