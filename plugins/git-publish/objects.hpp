// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tree, the commit and the tag of a release. Their ids depend on the files, the texts, the parent and the
// time that are given, and on nothing else; signed ones on the signature as well.
#pragma once

#include <blob.hpp>
#include <git.hpp>

#include <cstdint>
#include <functional>
#include <optional>
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
    std::string message;     ///< of the commit; ends with a line break when it is stored
    std::string tag_message; ///< "": the commit's
    Identity author;
    Identity committer;    ///< and tagger
    std::int64_t time = 0; ///< seconds since 1970-01-01 UTC
    TagKind kind = TagKind::annotated;
};

/// Signs an object's bytes: the armoured signature, as git stores it.
using Sign = std::function<support::Result<std::string>(const std::string& bytes)>;

struct ObjectIds {
    git_oid commit;
    git_oid target; ///< what the ref names: the tag object, or the commit
};

/// Kind::config if git would refuse "refs/tags/NAME" (git check-ref-format), or NAME starts with "-".
support::Result<void> check_tag_name(const std::string& name);

/// Kind::config if git would refuse "refs/heads/NAME".
support::Result<void> check_branch_name(const std::string& name);

/// Kind::config if a name or address is empty or has a line break, NUL, "<" or ">".
support::Result<void> check_identity(const Identity& identity);

/// An empty bare repository in `folder`, set up so that a push never searches deltas between archives.
support::Result<Repository> make_scratch(const std::string& folder);

/// Make the tree in `repository`, which has the blobs.
support::Result<git_oid> make_tree(git_repository* repository, const std::vector<Blob>& blobs);

/// Make the commit and the tag object in `repository`. `parent`: no_id for a commit without history. `sign`:
/// empty for objects that are not signed. No ref is made.
support::Result<ObjectIds> make_objects(git_repository* repository, const git_oid& tree,
                                        const git_oid& parent, const ReleaseText& text, const Sign& sign);

/// Make a ref, or move it.
support::Result<void> set_ref(git_repository* repository, const std::string& ref, const git_oid& target);

/// The commit and the tree that `ref` comes to; nothing if it comes to something else.
struct Published {
    git_oid commit, tree;
};

support::Result<std::optional<Published>> peel(git_repository* repository, const std::string& ref);

} // namespace slipway::git_publish
