// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rule that no commit below a release holds an older release's artifacts: whoever fetches the release
// would fetch them too.
#pragma once

#include <blob.hpp>
#include <git.hpp>

#include <string>
#include <vector>

namespace slipway::git_publish {

/// A file of an older release, from its release document.
struct KnownArtifact {
    std::string path;
    std::uint64_t size; ///< bytes
    std::string sha256;
};

/// The artifacts (not the small texts) of a release document. Kind::config if it is none.
support::Result<std::vector<KnownArtifact>> parse_known(std::string_view release, const std::string& subject);

/// Kind::denied, with every finding, if `tip` or a commit below it holds another file at the path of an
/// artifact among `blobs`, an artifact of `known` at any path, or an archive over 2 MB. What `blobs` has at
/// the same path with the same content is no finding: it is not sent again.
support::Result<void> check_history(git_repository* repository, const git_oid& tip,
                                    const std::vector<Blob>& blobs, const std::vector<KnownArtifact>& known);

} // namespace slipway::git_publish
