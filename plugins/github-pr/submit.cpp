// SPDX-License-Identifier: GPL-3.0-or-later
#include <explain.hpp>
#include <submit.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr unsigned max_rebases = 3;

} // namespace

Result<void> Submitter::tell(EffectState state, const std::string& kind, const std::string& target,
                             const std::string& summary, const std::string& detail) const {
    return hooks_.effect({state, kind, target, summary, detail});
}

/// Opened by us, for this chain. Somebody else's is never touched, whatever it says.
bool Submitter::is_ours(const Pull& pull) const {
    return pull.login == login_ && pull.mark && pull.mark->chain == proposal_.mark.chain;
}

std::string Submitter::branch_target() const {
    return (fork_ ? fork_->full_name() : route_.head_owner + "/" + upstream_.repository.name) + " refs/heads/"
           + route_.branch;
}

std::string Submitter::commit_message() const {
    std::string message = proposal_.texts.title + "\n\n";
    if (!proposal_.change.body.empty()) message += proposal_.change.body;
    while (message.ends_with('\n'))
        message.pop_back();
    return message + "\n\n" + trailer(proposal_.mark.chain);
}

Result<void> Submitter::look_around() {
    SLIPWAY_TRY_ASSIGN(const Answer user, api_.get("the token's user", "/user"));
    login_ = user.body["login"].as_string();
    if (login_.empty()) return unexpected("the token's user", "login");
    SLIPWAY_TRY_ASSIGN(upstream_, look_up(api_, settings_.repository));
    const std::string base = settings_.base.empty() ? upstream_.default_branch : settings_.base;
    const std::string owner = settings_.fork.empty() ? login_ : settings_.fork;
    const std::string branch = settings_.branch(proposal_.mark.chain, proposal_.mark.version);
    SLIPWAY_TRY(check_branch(branch));
    route_ = {upstream_.repository, base, owner, branch};
    if (branch == base && owner == upstream_.repository.owner)
        return Error{Kind::config, "branch '" + branch + "': it is the one to be merged into",
                     "choose another \"branch_name\""};
    SLIPWAY_TRY_ASSIGN(pulls_, Pulls(api_, upstream_.repository).of_branch(owner, branch, base));
    return {};
}

/// The pull request that decides: an open one, else one of this run. Nothing: there is work to do.
Result<std::optional<Submission>> Submitter::settled() {
    for (const Pull& pull : pulls_)
        if (pull.open) return judge(pull);
    for (const Pull& pull : pulls_)
        if (is_ours(pull) && pull.mark->run == proposal_.mark.run) return judge(pull);
    return std::optional<Submission>();
}

Result<std::optional<Submission>> Submitter::judge(const Pull& pull) {
    if (!is_ours(pull))
        return Error{Kind::conflict,
                     pull.url + " is open from the same branch, and not this chain's: it is left alone",
                     "choose another \"branch_name\", or close it"};
    if (pull.mark->epoch > proposal_.mark.epoch)
        return Error{Kind::conflict,
                     pull.url + " has a newer release by now, " + support::printable(pull.mark->version),
                     "nothing is left to do for this run"};
    // The marker is written last: with it, branch and texts are as this run wants them.
    if (*pull.mark != proposal_.mark) return std::optional<Submission>();
    SLIPWAY_TRY_ASSIGN(Submission now, watch(pull.number));
    return std::optional(std::move(now));
}

Result<Submission> Submitter::watch(std::int64_t number) {
    Pulls pulls(api_, upstream_.repository);
    SLIPWAY_TRY_ASSIGN(Pull pull, pulls.look(number));
    const std::string branch = route_.head_owner + ":" + route_.branch;
    if (pull.merged) return Submission{State::merged, std::move(pull), branch, ""};
    if (!pull.open)
        return Error{Kind::denied, pull.url + " was closed without being merged",
                     "read why, then start a new run; this one is over"};
    SLIPWAY_TRY_ASSIGN(const auto unhappy, pulls.unhappy(number));
    std::string note = pull.url + " is open";
    if (!unhappy.empty()) note += ", changes requested by " + support::join(unhappy, ", ");
    if (pull.mergeable == "dirty") note += ", it has conflicts with '" + route_.base + "'";
    return Submission{State::open, std::move(pull), branch, note};
}

Result<std::optional<Submission>> Submitter::is_there_already() {
    SLIPWAY_TRY_ASSIGN(upstream_head_, head_of(api_, upstream_.repository, route_.base));
    if (upstream_head_.empty())
        return Error{Kind::not_found,
                     "branch '" + route_.base + "' of '" + upstream_.repository.full_name()
                         + "': there is none",
                     "set \"base\" to a branch that is there"};
    SLIPWAY_TRY_ASSIGN(const Comparison now,
                       compare(api_, upstream_.repository, upstream_head_, proposal_.change));
    if (now.standing == Standing::other)
        return Error{Kind::conflict,
                     "'" + now.path + "' has changed in '" + upstream_.repository.full_name() + "'",
                     "update the copy that the change was made from, and start a new run"};
    if (now.standing == Standing::before) return std::optional<Submission>();
    const auto merged = std::ranges::find_if(pulls_, [&](const Pull& pull) {
        return pull.merged && is_ours(pull) && pull.mark->version == proposal_.mark.version;
    });
    if (merged == pulls_.end()) return std::optional(Submission{State::unchanged, std::nullopt, "", ""});
    return std::optional(Submission{State::merged, *merged, route_.head_owner + ":" + route_.branch, ""});
}

Result<std::optional<Submission>> Submitter::nothing_to_do() {
    SLIPWAY_TRY(look_around());
    SLIPWAY_TRY_ASSIGN(auto now, settled());
    return now ? Result(std::move(now)) : is_there_already();
}

Result<Submission> Submitter::plan() {
    SLIPWAY_TRY_ASSIGN(auto over, nothing_to_do());
    if (over) return std::move(*over);
    Fork fork(api_, upstream_, route_.head_owner, login_);
    SLIPWAY_TRY_ASSIGN(fork_, fork.find());
    if (!fork_)
        SLIPWAY_TRY(tell(EffectState::planned, "github.fork", route_.head_owner,
                         "fork " + upstream_.repository.full_name()));
    if (fork_) SLIPWAY_TRY(Branch(api_, *fork_, route_.branch, proposal_.mark.chain).find());
    SLIPWAY_TRY(tell(EffectState::planned, "git.push", branch_target(),
                     "one commit on top of " + upstream_head_.substr(0, 12), proposal_.diff));
    const auto open = std::ranges::find_if(pulls_, [](const Pull& pull) { return pull.open; });
    SLIPWAY_TRY(tell(EffectState::planned, "github.pull-request",
                     open == pulls_.end() ? upstream_.repository.full_name() + " " + route_.base : open->url,
                     (open == pulls_.end() ? "open: " : "update: ") + proposal_.texts.title,
                     proposal_.texts.body));
    return Submission{State::open, open == pulls_.end() ? std::nullopt : std::optional(*open),
                      route_.head_owner + ":" + route_.branch, ""};
}

/// Upstream's head must still be what the commit was put on when it is there: else the file may be another.
Result<std::string> Submitter::put_branch() {
    Branch branch(api_, *fork_, route_.branch, proposal_.mark.chain);
    for (unsigned attempt = 0; attempt < max_rebases; ++attempt) {
        SLIPWAY_TRY(sync(api_, *fork_, route_.base, upstream_head_, hooks_.warn));
        SLIPWAY_TRY_ASSIGN(std::string commit,
                           branch.put(proposal_.change, {upstream_head_, commit_message(), settings_.author,
                                                         proposal_.mark.epoch}));
        SLIPWAY_TRY_ASSIGN(const std::string head, head_of(api_, upstream_.repository, route_.base));
        if (head == upstream_head_) return commit;
        hooks_.info("'" + route_.base + "' has moved meanwhile: once more, on top of it");
        SLIPWAY_TRY_ASSIGN(const auto over, is_there_already());
        if (over) return commit;
    }
    return Error{Kind::net_transient,
                 "'" + route_.base + "' of '" + upstream_.repository.full_name() + "' does not hold still",
                 "run `slipway resume` in a minute"};
}

Result<Pull> Submitter::update_pull(const Pull& pull) {
    const std::string summary = "update: " + proposal_.texts.title;
    SLIPWAY_TRY(tell(EffectState::started, "github.pull-request", pull.url, summary));
    SLIPWAY_TRY(
        Pulls(api_, upstream_.repository).update(pull.number, proposal_.texts.title, proposal_.texts.body));
    SLIPWAY_TRY(tell(EffectState::done, "github.pull-request", pull.url, summary));
    return pull;
}

Result<Pull> Submitter::open_pull() {
    const std::string target = upstream_.repository.full_name() + " " + route_.base;
    const std::string summary = "open: " + proposal_.texts.title;
    SLIPWAY_TRY(tell(EffectState::started, "github.pull-request", target, summary));
    Pulls pulls(api_, upstream_.repository);
    std::string why;
    std::optional<Pull> made;
    // A fresh branch is not known everywhere at once; one that another run has opened is there when we look.
    SLIPWAY_TRY(api_.poll([&]() -> Result<bool> {
        SLIPWAY_TRY_ASSIGN(made, pulls.open(route_, proposal_.texts.title, proposal_.texts.body, why));
        if (made) return true;
        SLIPWAY_TRY_ASSIGN(pulls_, pulls.of_branch(route_.head_owner, route_.branch, route_.base));
        return std::ranges::any_of(pulls_, [](const Pull& pull) { return pull.open; });
    }));
    if (made) {
        SLIPWAY_TRY(tell(EffectState::done, "github.pull-request", made->url, summary));
        return std::move(*made);
    }
    const auto open = std::ranges::find_if(pulls_, [](const Pull& pull) { return pull.open; });
    if (open != pulls_.end()) {
        SLIPWAY_TRY_ASSIGN(const auto settled, judge(*open));
        return settled ? Result<Pull>(*settled->pull) : update_pull(*open);
    }
    return Error{Kind::conflict, "opening a pull request: '" + why + "'",
                 "look at the branch and its pull requests, and run again"};
}

Result<Pull> Submitter::put_pull() {
    for (const Pull& pull : pulls_)
        if (pull.open) return update_pull(pull); // settled() has seen that it is ours
    return open_pull();
}

Result<void> Submitter::close_those_of(const std::string& branch, const Pull& by) {
    Pulls pulls(api_, upstream_.repository);
    SLIPWAY_TRY_ASSIGN(const auto all, pulls.of_branch(route_.head_owner, branch, route_.base));
    for (const Pull& pull : all) {
        if (!pull.open || !is_ours(pull) || pull.mark->epoch > proposal_.mark.epoch
            || pull.number == by.number)
            continue;
        SLIPWAY_TRY(tell(EffectState::started, "github.pull-request", pull.url, "close: superseded"));
        SLIPWAY_TRY(pulls.close(pull, "Superseded by #" + std::to_string(by.number) + "."));
        SLIPWAY_TRY(tell(EffectState::done, "github.pull-request", pull.url, "close: superseded"));
    }
    return {};
}

/// Ours of other branches: those whose names begin as this chain's do.
Result<void> Submitter::close_superseded(const Pull& by) {
    if (!settings_.close_superseded) return {};
    const std::string stem = settings_.branch_stem(proposal_.mark.chain);
    SLIPWAY_TRY_ASSIGN(const Answer refs,
                       api_.get("branches of '" + fork_->full_name() + "'",
                                fork_->path("/git/matching-refs/heads/" + segments(stem))));
    for (const json::Value& ref : refs.body.as_array()) {
        const std::string& name = ref["ref"].as_string();
        const std::string branch = name.starts_with("refs/heads/") ? name.substr(11) : "";
        if (!branch.empty() && branch != route_.branch) SLIPWAY_TRY(close_those_of(branch, by));
    }
    return {};
}

Result<Submission> Submitter::run() {
    SLIPWAY_TRY_ASSIGN(auto over, nothing_to_do());
    if (over) return std::move(*over);
    Fork fork(api_, upstream_, route_.head_owner, login_);
    SLIPWAY_TRY_ASSIGN(fork_, fork.find());
    if (!fork_) {
        SLIPWAY_TRY(tell(EffectState::started, "github.fork", route_.head_owner,
                         "fork " + upstream_.repository.full_name()));
        SLIPWAY_TRY_ASSIGN(fork_, fork.make());
        SLIPWAY_TRY(tell(EffectState::done, "github.fork", fork_->full_name(),
                         "fork " + upstream_.repository.full_name()));
    }
    SLIPWAY_TRY(tell(EffectState::started, "git.push", branch_target(),
                     "one commit on top of " + upstream_head_.substr(0, 12)));
    SLIPWAY_TRY_ASSIGN(const std::string commit, put_branch());
    SLIPWAY_TRY(tell(EffectState::done, "git.push", branch_target(), "commit " + commit.substr(0, 12)));
    SLIPWAY_TRY_ASSIGN(const Pull pull, put_pull());
    SLIPWAY_TRY(close_superseded(pull));
    return watch(pull.number);
}

} // namespace slipway::github
