// SPDX-License-Identifier: GPL-3.0-or-later
#include "lock.hpp"

#include <support/hash.hpp>
#include <support/json.hpp>

#include <set>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
namespace json = support::json;

namespace {

Error bad(const std::string& what) {
    return Error{Kind::verify, "lock: " + what, "make the lock anew with a stage of this release of slipway"};
}

Result<LockedPackage> parse_package(const json::Value& value, std::size_t index) {
    LockedPackage package;
    package.name = value["name"].as_string();
    package.version = value["version"].as_string();
    package.sha256 = value["sha256"].as_string();
    const std::string where = "package " + std::to_string(index + 1) + " ('" + package.name + "')";
    // Both become the name of a folder.
    const auto usable = [](const std::string& s) {
        return !s.empty() && s.front() != '.' && s.find('/') == std::string::npos;
    };
    if (!usable(package.name) || !usable(package.version)) return bad(where + ": no usable name and version");
    if (!support::Digest::parse(package.sha256)) return bad(where + ": no SHA-256 digest");
    if (!value["size"].is_integer() || value["size"].as_integer() < 0) return bad(where + ": no size");
    package.size = static_cast<std::uint64_t>(value["size"].as_integer());
    package.filename = value["filename"].as_string();
    package.architecture = value["architecture"].as_string();
    package.key = value["key"].as_string();
    if (value["installed_size"].is_integer()) package.installed_size = value["installed_size"].as_integer();
    if (value["build_date"].is_integer()) package.build_date = value["build_date"].as_integer();
    const std::string& reason = value["reason"].as_string();
    if (reason != "explicit" && reason != "dependency")
        return bad(where + ": reason is neither 'explicit' nor 'dependency'");
    package.reason = reason == "explicit" ? Reason::requested : Reason::dependency;
    return package;
}

} // namespace

Result<std::vector<LockedPackage>> parse_lock(std::string_view text) {
    auto parsed = json::parse(text);
    if (!parsed) return bad(parsed.error().what);
    const json::Value& lock = parsed.value();
    if (lock["slipway_lock"].as_integer() != 1) return bad("'slipway_lock' is not 1");
    if (!lock["packages"].is_array()) return bad("'packages' is no array");
    std::vector<LockedPackage> packages;
    std::set<std::string> names;
    for (const json::Value& value : lock["packages"].as_array()) {
        SLIPWAY_TRY_ASSIGN(LockedPackage package, parse_package(value, packages.size()));
        if (!names.insert(package.name).second) return bad("package '" + package.name + "' comes twice");
        packages.push_back(std::move(package));
    }
    return packages;
}

} // namespace slipway::rootfs
