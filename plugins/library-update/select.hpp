// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which entry of a library file moves to which release.
#pragma once

#include <dated_tag.hpp>
#include <release.hpp>
#include <stackbrew.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

/// A release, and what is said of the entries that move to it.
struct Target {
    Release release;
    std::vector<std::string> entries = {}; ///< tags, or patterns of tags with '*' and '?'; none: see select()
    std::string tag = {};                  ///< the dated tag, where it is not the release's git tag; else ""
};

/// What must be known of an entry before anything is changed.
struct Entry {
    const Paragraph* paragraph;
    Dating dating;
    std::vector<Item> tags;         ///< Tags, then its own SharedTags
    bool older_release;             ///< all of its tags are dated
    const Target* target = nullptr; ///< what it moves to
    bool removed = false;
};

struct Selection {
    std::vector<Entry> entries;        ///< every entry, in the order of the file
    std::vector<std::string> warnings; ///< for people
};

/// "The releases of this variant move these entries": an item of the option 'releases'.
struct Assignment {
    std::vector<std::pair<std::string, std::string>> variant; ///< what the release's must have; none fits all
    std::vector<std::string> entries;
    std::string tag;
};

/// What each release moves, where several come in. Kind::config for an assignment that no release fits, and
/// for a release without one.
support::Result<std::vector<Target>> assign(const std::vector<Release>& releases,
                                            const std::vector<Assignment>& assignments);

/// A URL less its final "/" and ".git": two that are equal then mean one repository.
std::string_view bare_url(std::string_view url);

/// Which entries move:
///   - with `entries`, those that have one of these in Tags or SharedTags;
///   - else those whose GitRepo is the release's remote (less a final ".git" or "/");
///   - else, if there is none (a rehearsal on a local remote), those whose GitFetch is a tag.
/// An entry whose tags are all dated is an older release: it only moves if `entries` names it, without a
/// pattern. Of several releases, an entry that none names moves to the one whose variant it is: most of the
/// variant's values are tags of it or folders of its Directory.
///
/// Kind::not_found for a release without an entry; Kind::config for an entry that several releases may mean.
support::Result<Selection> select(const File& file, const std::vector<Target>& targets);

} // namespace slipway::stackbrew
