// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tree, the commit without parents and the tag of a release. Their ids depend on the files, the texts
// and the time that are given, and on nothing else.
#pragma once

#include <blob.hpp>
#include <git.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::git_publish {

struct Identity {
    std::string name = "Slipway";
    std::string email = "slipway@localhost";
};

enum class TagKind {
    annotated,   ///< a tag object with author, time and message
    lightweight, ///< the ref points at the commit
};

struct ReleaseText {
    std::string tag;
    std::string message;   ///< of the commit and the tag; ends with a line break when it is stored
    Identity author;       ///< and committer, and tagger
    std::int64_t time = 0; ///< seconds since 1970-01-01 UTC
    TagKind kind = TagKind::annotated;
};

struct ObjectIds {
    git_oid tree, commit;
    git_oid target; ///< what the ref names: the tag object, or the commit
};

/// Kind::config if git would refuse "refs/tags/NAME" (git check-ref-format), or NAME starts with "-".
support::Result<void> check_tag_name(const std::string& name);

/// Kind::config if a name or address is empty or has a line break, NUL, "<" or ">".
support::Result<void> check_identity(const Identity& identity);

/// An empty bare repository in `folder`, set up so that a push never searches deltas between archives.
support::Result<Repository> make_scratch(const std::string& folder);

/// Make the objects in `repository`, which has the blobs, and the ref refs/tags/TAG.
support::Result<ObjectIds> make_objects(git_repository* repository, const std::vector<Blob>& blobs,
                                        const ReleaseText& text);

} // namespace slipway::git_publish
