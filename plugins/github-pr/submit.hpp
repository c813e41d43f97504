// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a change to a merged pull request: one try of it. Each try finds out from GitHub what those before
// have done, so that it may be stopped anywhere and begun again.
#pragma once

#include <api.hpp>
#include <body.hpp>
#include <branch.hpp>
#include <fork.hpp>
#include <pulls.hpp>
#include <settings.hpp>

#include <functional>
#include <optional>
#include <string>

namespace slipway::github {

/// As the host's effects: see stage.h.
enum class EffectState { planned, started, done, skipped };

struct Effect {
    EffectState state;
    std::string kind, target, summary, detail;
};

struct Hooks {
    std::function<support::Result<void>(const Effect&)> effect;
    Api::Log info, warn;
};

struct Proposal {
    change::Change change;
    Texts texts;
    Mark mark;
    std::string diff; ///< of the change, for the plan
};

enum class State { unchanged, open, merged };

struct Submission {
    State state = State::unchanged;
    std::optional<Pull> pull;
    std::string branch; ///< "owner:name"
    std::string note;   ///< what an open one waits for
};

class Submitter {
public:
    Submitter(Api& api, const Settings& settings, const Proposal& proposal, const Hooks& hooks)
        : api_(api), settings_(settings), proposal_(proposal), hooks_(hooks) {}

    /// What would be done, as planned effects.
    support::Result<Submission> plan();

    /// Kind::conflict: the branch or an open pull request is not ours, upstream has another change, a newer
    /// release has taken over. Kind::denied: ours was closed without being merged.
    support::Result<Submission> run();

private:
    support::Result<std::optional<Submission>> nothing_to_do();
    support::Result<void> look_around();
    support::Result<std::optional<Submission>> settled();
    support::Result<std::optional<Submission>> judge(const Pull& pull);
    support::Result<Submission> watch(std::int64_t number);
    support::Result<std::optional<Submission>> is_there_already();
    support::Result<std::string> put_branch();
    support::Result<Pull> put_pull();
    support::Result<Pull> open_pull();
    support::Result<Pull> update_pull(const Pull& pull);
    support::Result<void> close_superseded(const Pull& by);
    support::Result<void> close_those_of(const std::string& branch, const Pull& by);
    support::Result<void> tell(EffectState state, const std::string& kind, const std::string& target,
                               const std::string& summary, const std::string& detail = {}) const;
    bool is_ours(const Pull& pull) const;
    std::string branch_target() const;
    std::string commit_message() const;

    Api& api_;
    const Settings& settings_;
    const Proposal& proposal_;
    const Hooks& hooks_;
    std::string login_;
    RepositoryInfo upstream_;
    Route route_;
    std::optional<Repository> fork_; ///< if it is there
    std::vector<Pull> pulls_;        ///< of our branch
    std::string upstream_head_;
};

} // namespace slipway::github
