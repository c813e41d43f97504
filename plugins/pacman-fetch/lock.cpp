// SPDX-License-Identifier: GPL-3.0-or-later
#include <lock.hpp>
#include <support/json.hpp>

namespace slipway::pacman_fetch {

namespace json = support::json;

namespace {

json::Value to_json(const Database& database) {
    return json::Object{
        {"repository", database.repository}, {"sha256", database.sha256.hex()}, {"size", database.size}};
}

json::Value to_json(const Package& package) {
    return json::Object{{"repository", package.repository},
                        {"name", package.name},
                        {"version", package.version},
                        {"architecture", package.architecture},
                        {"filename", package.filename},
                        {"size", package.size},
                        {"installed_size", package.installed_size},
                        {"sha256", package.sha256.hex()},
                        {"reason", package.reason == Reason::explicit_target ? "explicit" : "dependency"}};
}

template <class T>
json::Value to_array(const std::vector<T>& all) {
    json::Array array;
    for (const T& one : all)
        array.push_back(to_json(one));
    return array;
}

} // namespace

std::string lock_text(const std::string& architecture, const std::vector<std::string>& targets,
                      const std::vector<Database>& databases, const std::vector<Package>& packages) {
    return json::dump_pretty(json::Object{{"slipway_lock", 1},
                                          {"architecture", architecture},
                                          {"targets", json::Array(targets.begin(), targets.end())},
                                          {"databases", to_array(databases)},
                                          {"packages", to_array(packages)}});
}

} // namespace slipway::pacman_fetch
