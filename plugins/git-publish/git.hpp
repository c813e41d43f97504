// SPDX-License-Identifier: GPL-3.0-or-later
//
// libgit2's objects as owning handles, its errors as ours, and its isolation from the machine.
#pragma once

#include <git2.h>
#include <support/result.hpp>

#include <memory>
#include <string>

namespace slipway::git_publish {

template <auto free_function>
struct FreedBy {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};

template <class T, auto free_function>
using Handle = std::unique_ptr<T, FreedBy<free_function>>;

using Repository = Handle<git_repository, git_repository_free>;
using Odb = Handle<git_odb, git_odb_free>;
using Index = Handle<git_index, git_index_free>;
using Config = Handle<git_config, git_config_free>;
using Signature = Handle<git_signature, git_signature_free>;
using Object = Handle<git_object, git_object_free>;
using Tree = Handle<git_tree, git_tree_free>;
using Commit = Handle<git_commit, git_commit_free>;
using TreeEntry = Handle<git_tree_entry, git_tree_entry_free>;
using Walk = Handle<git_revwalk, git_revwalk_free>;
using Reference = Handle<git_reference, git_reference_free>;
using GitRemote = Handle<git_remote, git_remote_free>;

/// Keeps libgit2 up while it lives; every handle dies before it. libgit2 then reads nobody's git
/// configuration: neither the system's nor the user's.
class Library {
public:
    Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();
};

/// The failure of the libgit2 call that just returned `code`: "subject: libgit2's words".
support::Error git_failure(int code, const std::string& subject);

/// 40 hex digits.
std::string hex(const git_oid& id);

/// No id at all: what a ref that is not there has.
inline constexpr git_oid no_id{};

inline bool same(const git_oid& a, const git_oid& b) {
    return git_oid_equal(&a, &b) != 0;
}

} // namespace slipway::git_publish

/// Return git_failure() from this function if a libgit2 call fails. A statement.
#define SLIPWAY_GIT_TRY(call, subject)                                                                       \
    do {                                                                                                     \
        const int slipway_git_code_ = (call);                                                                \
        if (slipway_git_code_ < 0) return slipway::git_publish::git_failure(slipway_git_code_, subject);     \
    } while (false)

/// The same for a call that gives out an object through its first argument:
/// `SLIPWAY_GIT_MAKE(Repository, repository, "opening x", git_repository_open, path);`
#define SLIPWAY_GIT_MAKE(Type, name, subject, function, ...)                                                 \
    Type::pointer SLIPWAY_CONCAT(raw_, name) = nullptr;                                                      \
    SLIPWAY_GIT_TRY(function(&SLIPWAY_CONCAT(raw_, name), __VA_ARGS__), subject);                            \
    const Type name(SLIPWAY_CONCAT(raw_, name))
