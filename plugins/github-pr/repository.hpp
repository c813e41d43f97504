// SPDX-License-Identifier: GPL-3.0-or-later
//
// A repository on GitHub, by its name.
#pragma once

#include <http/url.hpp>

#include <string>

namespace slipway::github {

struct Repository {
    std::string owner;
    std::string name;

    std::string full_name() const { return owner + "/" + name; }

    /// "/repos/OWNER/NAME" and what follows.
    std::string path(const std::string& rest) const {
        return "/repos/" + http::percent_encoded(owner) + "/" + http::percent_encoded(name) + rest;
    }

    bool operator==(const Repository&) const = default;
};

/// Of "owner/name".
inline Repository repository_of(const std::string& full_name) {
    const std::size_t slash = full_name.find('/');
    if (slash == std::string::npos) return {full_name, ""};
    return {full_name.substr(0, slash), full_name.substr(slash + 1)};
}

/// A branch's or file's name inside a path: its slashes stay.
inline std::string segments(const std::string& name) {
    return http::percent_encoded(name, "/");
}

} // namespace slipway::github
