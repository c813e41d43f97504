// SPDX-License-Identifier: GPL-3.0-or-later
//
// The fork that our branches live in. https://docs.github.com/rest/repos/forks
#pragma once

#include <api.hpp>
#include <repository.hpp>

#include <optional>
#include <string>

namespace slipway::github {

/// A repository as GitHub knows it now: it may have been renamed.
struct RepositoryInfo {
    Repository repository;
    std::string default_branch;
    std::string parent; ///< full name of what it was forked from; "" if it is no fork
};

support::Result<RepositoryInfo> look_up(Api& api, const Repository& repository);

class Fork {
public:
    Fork(Api& api, RepositoryInfo upstream, std::string owner, std::string login)
        : api_(api), upstream_(std::move(upstream)), owner_(std::move(owner)), login_(std::move(login)) {}

    /// The repository to push to, if it is there: the owner's fork under the usual name, or the upstream
    /// repository itself where the owner is its owner. (GitHub tells of one under another name only when
    /// asked to make it.)
    support::Result<std::optional<Repository>> find();

    /// Make it, and wait until it can be used. Asking for one that is there gives that.
    support::Result<Repository> make();

private:
    Api& api_;
    RepositoryInfo upstream_;
    std::string owner_, login_;
};

/// Bring the fork's `branch` to upstream's (merge-upstream). A fork that has commits of its own there, or no
/// such branch, is left alone: our commits start at upstream's own.
support::Result<void> sync(Api& api, const Repository& fork, const std::string& branch,
                           const std::string& upstream_head, const Api::Log& warn);

} // namespace slipway::github
