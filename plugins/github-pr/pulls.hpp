// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pull requests: those of a branch, and which of them are ours.
// https://docs.github.com/rest/pulls/pulls
#pragma once

#include <api.hpp>
#include <marker.hpp>
#include <repository.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::github {

struct Pull {
    std::int64_t number = 0;
    std::string url; ///< for people
    std::string title, body;
    std::string login; ///< who opened it
    bool open = false;
    bool merged = false;
    std::string merge_commit; ///< of a merged one
    std::string merged_at;
    std::string created_at;
    std::string head; ///< the branch's commit
    std::optional<Mark> mark;
    std::string mergeable; ///< "clean", "dirty", "blocked", …; "" where it is not told
};

/// Where pull requests go to and come from.
struct Route {
    Repository upstream;
    std::string base;
    std::string head_owner;
    std::string branch;
};

class Pulls {
public:
    Pulls(Api& api, Repository upstream) : api_(api), upstream_(std::move(upstream)) {}

    /// Of this branch, newest first, open or not.
    support::Result<std::vector<Pull>> of_branch(const std::string& head_owner, const std::string& branch,
                                                 const std::string& base);

    support::Result<Pull> look(std::int64_t number);

    /// Nothing: GitHub says that there is one, or that there is nothing to merge, or does not know the branch
    /// yet: look again; `why` has its words.
    support::Result<std::optional<Pull>> open(const Route& route, const std::string& title,
                                              const std::string& body, std::string& why);

    support::Result<void> update(std::int64_t number, const std::string& title, const std::string& body);
    support::Result<void> close(const Pull& pull, const std::string& because);

    /// Whose latest word is "changes requested".
    support::Result<std::vector<std::string>> unhappy(std::int64_t number);

private:
    Api& api_;
    Repository upstream_;
};

} // namespace slipway::github
