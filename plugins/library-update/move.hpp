// SPDX-License-Identifier: GPL-3.0-or-later
//
// Moves entries of a library file to a new release, touching only the bytes that must change.
#pragma once

#include <stackbrew.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

struct Release {
    std::string version;
    std::string remote;
    std::string tag;    ///< "05112026"
    std::string ref;    ///< "refs/tags/05112026"
    std::string commit; ///< 40 or 64 hex digits
};

struct MoveOptions {
    std::vector<std::string> entries; ///< tags of the entries to move; empty: see move_to_release()
    std::size_t keep = 0;             ///< older releases that stay, each as an entry of its dated tags only
    std::string tag;                  ///< the dated tag, where it is not the release's git tag; else ""
};

struct Moved {
    std::string entry; ///< its first tag
    std::string from_ref, from_commit;
    bool kept = false; ///< the release it left stays as an entry of its own
};

struct Edited {
    std::string text;                  ///< equal to the file's if there was nothing to do
    std::vector<Moved> moved;          ///< in the order of the file
    std::vector<std::string> dropped;  ///< first tags of the older releases taken out
    std::vector<std::string> warnings; ///< for people
};

/// Which entries move:
///   - with `entries`, those that have one of these in Tags or SharedTags;
///   - else those whose GitRepo is the release's remote (less a final ".git" or "/");
///   - else, if there is none (a rehearsal on a local remote), those whose GitFetch is a tag.
/// An entry whose tags are all dated is an older release: it only moves if `entries` names it.
///
/// An entry that moves gets the release's GitCommit and GitFetch, and its dated tags (see dated_tag.hpp) are
/// renamed. ARCH-GitCommit and ARCH-GitFetch follow where they stood on the entry's old ref. A value that
/// comes from the global paragraph is changed there if every entry that uses it moves, else the entry gets
/// its own.
///
/// With keep N the release an entry leaves stays right below it with its dated tags only. Older releases of
/// the same dated tag (prefix and suffix equal) are taken to stand newest first; those beyond N go.
///
/// Kind::config "line N: ..." for a file that bashbrew would refuse (the other problems are in the trace), or
/// for a dated tag that would be none; Kind::not_found for no entry to move; Kind::conflict if the edited
/// file would not be valid, such as a new tag that another entry has.
support::Result<Edited> move_to_release(const File& file, const Release& release, const MoveOptions& options);

} // namespace slipway::stackbrew
