// SPDX-License-Identifier: GPL-3.0-or-later
//
// Moves entries of a library file to new releases, touching only the bytes that must change.
#pragma once

#include <select.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

enum class Builder {
    unchanged,
    oci_import, ///< the entries that move become `Builder: oci-import`
};

struct MoveOptions {
    std::size_t keep = 0; ///< older releases that stay, each as an entry of its dated tags only
    Builder builder = Builder::unchanged;
};

struct Moved {
    std::vector<std::string> tags; ///< Tags as they were
    std::string from_ref, from_commit;
    std::string to_ref, to_commit;
    bool kept = false; ///< the release it left stays as an entry of its own
};

struct Edited {
    std::string text;                  ///< equal to the file's if there was nothing to do
    std::vector<Moved> moved;          ///< in the order of the file
    std::vector<std::string> dropped;  ///< first tags of the older releases taken out
    std::vector<std::string> warnings; ///< for people
};

/// Moves the entries that select() chooses.
///
/// An entry that moves gets the release's GitCommit and GitFetch, and its dated tags (see dated_tag.hpp) are
/// renamed. ARCH-GitCommit and ARCH-GitFetch follow where they stood on the entry's old ref. A value that
/// comes from the global paragraph is changed there if every entry that uses it moves, else the entry gets
/// its own. With Builder::oci_import it also gets Builder, File and, where the release has its layout
/// elsewhere, Directory.
///
/// With keep N the release an entry leaves stays right below it with its dated tags only. Older releases of
/// the same dated tag (prefix and suffix equal) are taken to stand newest first; those beyond N go.
///
/// Kind::config "line N: ..." for a file that bashbrew would refuse (the other problems are in the trace), or
/// for a dated tag that would be none; Kind::not_found for no entry to move; Kind::conflict if the edited
/// file would not be valid, such as a new tag that another entry has.
support::Result<Edited> move(const File& file, const std::vector<Target>& targets,
                             const MoveOptions& options);

/// Everything wrong with a file as one error: the first problem, with the others as its trace.
support::Error refusal(support::Kind kind, const std::string& before,
                       const std::vector<struct Problem>& problems, std::string hint);

} // namespace slipway::stackbrew
