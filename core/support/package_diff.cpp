// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <support/package_diff.hpp>
#include <support/text.hpp>
#include <support/version.hpp>

#include <map>

namespace slipway::support {

using json::Value;

namespace {

using ByName = std::map<std::string, const Value*>;

constexpr const char* kinds[] = {"added", "removed", "upgraded", "downgraded", "rebuilt"};

ByName by_name(const Value& lock) {
    ByName packages;
    for (const Value& package : lock["packages"].as_array())
        packages.emplace(package["name"].as_string(), &package);
    return packages;
}

Value totals(const Value& before, const Value& after, const char* field) {
    const auto sum = [&](const Value& lock) {
        std::int64_t total = 0;
        for (const Value& package : lock["packages"].as_array())
            total += package[field].as_integer();
        return total;
    };
    return json::Object{{"before", sum(before)}, {"after", sum(after)}};
}

Value alone(const Value& package) {
    return json::Object{{"name", package["name"]},
                        {"version", package["version"]},
                        {"size", package["size"]},
                        {"installed_size", package["installed_size"]}};
}

Value change(const Value& before, const Value& after) {
    const auto difference = [&](const char* field) {
        return after[field].as_integer() - before[field].as_integer();
    };
    return json::Object{{"name", after["name"]},
                        {"before", before["version"]},
                        {"after", after["version"]},
                        {"size", difference("size")},
                        {"installed_size", difference("installed_size")}};
}

/// How a package that is in both has changed, or nullptr.
const char* kind_of(const Value& before, const Value& after) {
    const std::string& old_version = before["version"].as_string();
    const std::string& new_version = after["version"].as_string();
    if (old_version == new_version) return before["sha256"] == after["sha256"] ? nullptr : "rebuilt";
    return compare_versions(old_version, new_version) <= 0 ? "upgraded" : "downgraded";
}

std::string signed_bytes(std::int64_t bytes) {
    const auto size = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    return (bytes < 0 ? "-" : "+") + human_bytes(size);
}

std::string size_line(const char* what, const Value& totals) {
    const std::int64_t before = totals["before"].as_integer(), after = totals["after"].as_integer();
    return fmt::format("  {:<10}  {} -> {} ({})\n", what, human_bytes(static_cast<std::uint64_t>(before)),
                       human_bytes(static_cast<std::uint64_t>(after)), signed_bytes(after - before));
}

std::string line(const std::string& kind, const Value& item) {
    const std::string name = printable(item["name"].as_string());
    std::string versions = printable(item["version"].as_string());
    std::int64_t size = item["size"].as_integer(), installed = item["installed_size"].as_integer();
    if (kind == "removed") size = -size, installed = -installed;
    if (kind == "rebuilt") versions = printable(item["after"].as_string());
    if (kind == "upgraded" || kind == "downgraded")
        versions = printable(item["before"].as_string() + " -> " + item["after"].as_string());
    return fmt::format("  {:<10}  {} {}  ({}, installed {})\n", kind, name, versions, signed_bytes(size),
                       signed_bytes(installed));
}

} // namespace

Value diff_packages(const Value& before, const Value& after) {
    const ByName old_ones = by_name(before), new_ones = by_name(after);
    std::map<std::string, json::Array> lists;
    for (const auto& [name, package] : old_ones)
        if (!new_ones.contains(name)) lists["removed"].push_back(alone(*package));
    for (const auto& [name, package] : new_ones) {
        const auto old_one = old_ones.find(name);
        if (old_one == old_ones.end())
            lists["added"].push_back(alone(*package));
        else if (const char* kind = kind_of(*old_one->second, *package))
            lists[kind].push_back(change(*old_one->second, *package));
    }
    Value diff = json::Object{{"packages", json::Object{{"before", std::int64_t(old_ones.size())},
                                                        {"after", std::int64_t(new_ones.size())}}},
                              {"size", totals(before, after, "size")},
                              {"installed_size", totals(before, after, "installed_size")}};
    for (const char* kind : kinds)
        diff.set(kind, std::move(lists[kind]));
    return diff;
}

std::string package_diff_text(const Value& diff) {
    std::string text;
    for (const char* kind : kinds)
        for (const Value& item : diff[kind].as_array())
            text += line(kind, item);
    if (text.empty()) return {};
    const Value& count = diff["packages"];
    text += fmt::format("  {:<10}  {} -> {}\n", "packages", count["before"].as_integer(),
                        count["after"].as_integer());
    return text + size_line("download", diff["size"]) + size_line("installed", diff["installed_size"]);
}

} // namespace slipway::support
