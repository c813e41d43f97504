// SPDX-License-Identifier: GPL-3.0-or-later
#include <explain.hpp>
#include <fork.hpp>
#include <strings.h>
#include <support/text.hpp>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// GitHub's names are the same in any case.
bool same_name(const std::string& a, const std::string& b) {
    return ::strcasecmp(a.c_str(), b.c_str()) == 0;
}

Result<RepositoryInfo> read(const std::string& subject, const json::Value& json) {
    const std::string& name = json["full_name"].as_string();
    if (name.find('/') == std::string::npos) return unexpected(subject, "full_name");
    return RepositoryInfo{repository_of(name), json["default_branch"].as_string(),
                          json["parent"]["full_name"].as_string()};
}

} // namespace

Result<RepositoryInfo> look_up(Api& api, const Repository& repository) {
    const std::string subject = "repository '" + repository.full_name() + "'";
    SLIPWAY_TRY_ASSIGN(const Answer answer, api.get(subject, repository.path("")));
    return read(subject, answer.body);
}

Result<std::optional<Repository>> Fork::find() {
    if (same_name(owner_, upstream_.repository.owner)) return std::optional(upstream_.repository);
    const Repository usual{owner_, upstream_.repository.name};
    const std::string subject = "fork '" + usual.full_name() + "'";
    SLIPWAY_TRY_ASSIGN(const Answer answer, api_.get(subject, usual.path(""), {404}));
    if (!answer.ok()) return std::optional<Repository>();
    SLIPWAY_TRY_ASSIGN(const RepositoryInfo info, read(subject, answer.body));
    if (!same_name(info.parent, upstream_.repository.full_name())) return std::optional<Repository>();
    return std::optional(info.repository);
}

Result<Repository> Fork::make() {
    const std::string subject = "forking '" + upstream_.repository.full_name() + "'";
    json::Value request = json::Object{{"default_branch_only", true}};
    if (!same_name(owner_, login_)) request.set("organization", owner_);
    SLIPWAY_TRY_ASSIGN(const Answer answer, api_.post(subject, upstream_.repository.path("/forks"), request));
    SLIPWAY_TRY_ASSIGN(const RepositoryInfo made, read(subject, answer.body));
    if (!same_name(made.repository.owner, owner_))
        return Error{Kind::conflict,
                     subject + ": it belongs to '" + support::printable(made.repository.owner) + "'",
                     "set \"fork\" to who shall have it"};
    // "Forking a Repository happens asynchronously", says the reference.
    const std::string path = made.repository.path("/git/ref/heads/" + segments(upstream_.default_branch));
    SLIPWAY_TRY_ASSIGN(const bool usable, api_.poll([&]() -> Result<bool> {
        SLIPWAY_TRY_ASSIGN(const Answer ref, api_.get(subject, path, {404, 409}));
        return ref.ok();
    }));
    if (usable) return made.repository;
    return Error{Kind::net_transient, subject + ": GitHub has not finished it",
                 "run `slipway resume` in a minute"};
}

Result<void> sync(Api& api, const Repository& fork, const std::string& branch,
                  const std::string& upstream_head, const Api::Log& warn) {
    const std::string subject = "syncing '" + fork.full_name() + "'";
    SLIPWAY_TRY_ASSIGN(const Answer ref,
                       api.get(subject, fork.path("/git/ref/heads/" + segments(branch)), {404}));
    if (!ref.ok() || ref.body["object"]["sha"].as_string() == upstream_head) return {};
    SLIPWAY_TRY_ASSIGN(const Answer merged, api.post(subject, fork.path("/merge-upstream"),
                                                     json::Object{{"branch", branch}}, {409, 422}));
    if (!merged.ok())
        warn(subject + ": '" + branch
             + "' has commits of its own there, and is left alone: " + words_of(merged.body));
    return {};
}

} // namespace slipway::github
