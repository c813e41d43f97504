// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options, read and checked.
#pragma once

#include <http/network.hpp>
#include <repository.hpp>
#include <support/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::github {

struct Author {
    std::string name;
    std::string email;
};

struct Settings {
    Repository repository;
    std::string base;         ///< "": the repository's default branch
    std::string fork;         ///< whose fork; "": the token's user's
    bool per_release = false; ///< a branch for each release
    std::string branch_name;  ///< "": the chain's name
    std::string title, body;  ///< templates
    std::vector<std::string> mention;
    bool close_superseded = false;
    std::optional<Author> author; ///< none: the token's user
    std::string api;
    std::string token; ///< the secret's name
    http::Network network;

    /// The branch of a release.
    std::string branch(const std::string& chain, const std::string& version) const;

    /// What the branches of all releases begin with: branch() is that, or that, "-" and the version.
    std::string branch_stem(const std::string& chain) const;
};

/// `options` satisfies the stage's schema. Kind::config; `pointer` then says which option it is about.
support::Result<Settings> read_settings(const support::json::Value& options, std::string& pointer);

/// Kind::config unless `name` can be a branch (git-check-ref-format(1)), of plain characters.
support::Result<void> check_branch(const std::string& name);

} // namespace slipway::github
