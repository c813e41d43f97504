// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which tags of older releases are to go.
#pragma once

#include <remote.hpp>

#include <string>
#include <vector>

namespace slipway::git_publish {

struct Retention {
    std::string date = "%d%m%Y"; ///< strptime(3)'s form of the tags' names; a '*' at its end takes any rest
    std::uint64_t keep = 1;      ///< so many of the newest releases stay, this one counted
    std::string library;         ///< text of a library file: what it names stays
    std::string current;         ///< this release's tag, which stays
};

/// Kind::config if no tag can have that form.
support::Result<void> check_date_form(const std::string& form);

/// Full names of the tags to remove, oldest first. Tags whose names are not of the form are never among them.
/// `refs`: as Service::upload_pack lists them, so that a tag whose commit the library names stays.
std::vector<std::string> outdated(const Refs& refs, const Retention& retention);

} // namespace slipway::git_publish
