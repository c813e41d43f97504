// SPDX-License-Identifier: GPL-3.0-or-later
//
// The commit with our change, and the branch that shows it. https://docs.github.com/rest/git
#pragma once

#include <api.hpp>
#include <change/change.hpp>
#include <repository.hpp>
#include <settings.hpp>

#include <optional>
#include <string>

namespace slipway::github {

/// Where files stand in upstream's branch, against the change.
enum class Standing {
    before, ///< the change can be made
    after,  ///< it has been made
    other,  ///< somebody has made another one
};

struct Comparison {
    Standing standing = Standing::before;
    std::string path; ///< of a file that stands at `other`
};

/// Compare by the digests of the blobs at commit `head`.
support::Result<Comparison> compare(Api& api, const Repository& upstream, const std::string& head,
                                    const change::Change& change);

/// The commit a branch is at; "" if there is no such branch.
support::Result<std::string> head_of(Api& api, const Repository& repository, const std::string& branch);

struct CommitPlan {
    std::string parent; ///< upstream's head
    std::string message;
    std::optional<Author> author;
    std::int64_t epoch = 0; ///< its time, where there is an author
};

class Branch {
public:
    Branch(Api& api, Repository repository, std::string name, std::string chain)
        : api_(api), repository_(std::move(repository)), name_(std::move(name)), chain_(std::move(chain)) {}

    /// "" if there is none. Kind::conflict if it holds what we did not put there.
    support::Result<std::string> find();

    /// The branch at one commit on top of the parent that makes the change; its commit. One that is there
    /// already, with the same tree, parent and message, is kept.
    support::Result<std::string> put(const change::Change& change, const CommitPlan& plan);

private:
    support::Result<std::string> make_tree(const change::Change& change, const std::string& parent);
    support::Result<bool> is_it(const std::string& commit, const std::string& tree, const CommitPlan& plan);
    support::Result<std::string> make_commit(const std::string& tree, const CommitPlan& plan);
    support::Result<void> point(const std::string& from, const std::string& to);

    std::string subject() const { return "branch '" + name_ + "' of '" + repository_.full_name() + "'"; }

    Api& api_;
    Repository repository_;
    std::string name_, chain_;
};

} // namespace slipway::github
