// SPDX-License-Identifier: GPL-3.0-or-later
//
// libgit2's objects as owning handles, and its failures as ours.
#pragma once

#include <git2.h>
#include <support/result.hpp>

#include <memory>
#include <string>

namespace slipway::git {

template <auto free_function>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};

using Remote = std::unique_ptr<git_remote, Freed<git_remote_free>>;
using Object = std::unique_ptr<git_object, Freed<git_object_free>>;
using Reference = std::unique_ptr<git_reference, Freed<git_reference_free>>;
using Commit = std::unique_ptr<git_commit, Freed<git_commit_free>>;
using Tree = std::unique_ptr<git_tree, Freed<git_tree_free>>;
using TreeEntry = std::unique_ptr<git_tree_entry, Freed<git_tree_entry_free>>;
using Blob = std::unique_ptr<git_blob, Freed<git_blob_free>>;
using Odb = std::unique_ptr<git_odb, Freed<git_odb_free>>;
using Diff = std::unique_ptr<git_diff, Freed<git_diff_free>>;

/// libgit2's word for why the call that returned `code` failed.
support::Error failure(int code, const std::string& subject);

std::string hex(const git_oid& id);

/// Kind::config for what is not 40 hex digits.
support::Result<git_oid> id_of(const std::string& hex);

support::Result<Commit> find_commit(git_repository* repository, const std::string& hex);

support::Result<Tree> tree_of(const git_commit* commit);

} // namespace slipway::git

/// Return failure() from this function if a libgit2 call fails. A statement.
#define SLIPWAY_GIT_CALL(call, subject)                                                                      \
    do {                                                                                                     \
        const int slipway_git_status_ = (call);                                                              \
        if (slipway_git_status_ < 0) return slipway::git::failure(slipway_git_status_, subject);             \
    } while (false)
