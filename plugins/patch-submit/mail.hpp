// SPDX-License-Identifier: GPL-3.0-or-later
//
// A change as the mail that `git format-patch` would write and `git am` takes.
#pragma once

#include <change/change.hpp>
#include <change/diff.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::patch {

using change::Change;
using change::FileDiff;

struct Author {
    std::string name;
    std::string email;
};

/// Kind::config for a name or address that would not come out of `git am` as it went in. (git itself drops
/// punctuation at the ends of every name: "Jr." becomes "Jr". That is let through.)
support::Result<void> check_author(const Author& author);

/// Kind::config for a title that `git am` would shorten: it takes "[...]" and "Re:" off the front, and joins
/// blanks (git's mailinfo.c, cleanup_subject).
support::Result<void> check_title(const std::string& title);

/// The mail. `epoch`: the author date, in seconds since 1970-01-01 UTC. Lines of the body that `git am` would
/// take for the end of the message ("---", "diff -", "Index: ") or for headers get a blank in front.
std::string compose(const Change& change, const std::vector<FileDiff>& diffs, const Author& author,
                    std::int64_t epoch);

/// "0001-archlinux-Update-to-05112026.patch", as `git format-patch` names it.
std::string file_name(const std::string& title);

} // namespace slipway::patch
