// SPDX-License-Identifier: GPL-3.0-or-later
//
// The repository that a release is pushed to: a bare repository on this machine, by path or file:// URL.
#pragma once

#include <blob.hpp>
#include <git.hpp>

#include <optional>
#include <string>

namespace slipway::git_publish {

/// A tag as the remote lists it.
struct RemoteTag {
    git_oid target; ///< the tag object, or the commit of a lightweight tag
    git_oid commit; ///< what the tag comes to
};

class Remote {
public:
    /// Looks, and changes nothing. Kind::unsupported: another scheme, or a repository with a working tree.
    /// Kind::not_found: no such folder, or no repository in it. Kind::denied: git's safe.directory rule.
    static support::Result<Remote> open(const std::string& url);

    /// The tag refs/tags/NAME as the remote lists its refs right now.
    support::Result<std::optional<RemoteTag>> find_tag(const std::string& name) const;

    /// The tree of a commit that the remote has; nothing if it is no commit.
    support::Result<std::optional<git_oid>> tree_of(const git_oid& commit) const;

    /// Push refs/tags/NAME and its objects out of `from`. Kind::conflict: the remote has the tag.
    /// Kind::denied: it rejects the tag, in its own words. Success is the remote's word only: find_tag().
    support::Result<void> push_tag(git_repository* from, const std::string& name, std::uint64_t total,
                                   const Meter& meter) const;

private:
    explicit Remote(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

} // namespace slipway::git_publish
