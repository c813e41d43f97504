// SPDX-License-Identifier: GPL-3.0-or-later
//
// The pull request's title and body: what a reviewer wants to know, as a template's values.
#pragma once

#include <change/change.hpp>
#include <common/template.hpp>
#include <marker.hpp>
#include <release.hpp>

#include <optional>

namespace slipway::github {

using common::fill;
using common::Values;

struct Facts {
    change::Change change;
    std::optional<Release> release;
    std::vector<NamedLock> locks;  ///< of this release
    std::vector<NamedLock> before; ///< of the one before, as far as known
    std::vector<std::string> mention;
    Mark mark;
};

/// The body that is written where the options give none.
extern const char* const usual_body;

/// {title} {body} {version} {chain} {run} {ref} {commit} {remote}, and whole sections with their headings:
/// {packages} {artifacts} {provenance} {reproduce} {mentions}. A section without a fact is "".
Values values_of(const Facts& facts);

struct Texts {
    std::string title;
    std::string body; ///< with the marker
};

/// GitHub takes 65,536 characters: Kind::config if the filled template has more, though packages are cut
/// short.
support::Result<Texts> compose(const std::string& title, const std::string& body, const Facts& facts);

} // namespace slipway::github
