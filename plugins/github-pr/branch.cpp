// SPDX-License-Identifier: GPL-3.0-or-later
#include <branch.hpp>
#include <change/diff.hpp>
#include <common/base64.hpp>
#include <explain.hpp>
#include <marker.hpp>
#include <support/text.hpp>

namespace slipway::github {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Result<std::string> sha_of(const std::string& subject, const json::Value& value) {
    const std::string& sha = value["sha"].as_string();
    const bool hex = sha.find_first_not_of("0123456789abcdef") == std::string::npos;
    if ((sha.size() != 40 && sha.size() != 64) || !hex) return unexpected(subject, "sha");
    return sha;
}

/// The id of a file's blob; that of change::blob_id() for no file.
Result<std::string> blob_at(Api& api, const Repository& upstream, const std::string& head,
                            const std::string& path) {
    const std::string subject = "'" + path + "' of '" + upstream.full_name() + "'";
    SLIPWAY_TRY_ASSIGN(
        const Answer answer,
        api.get(subject, upstream.path("/contents/" + segments(path) + "?ref=" + head), {404}));
    if (!answer.ok()) return change::blob_id(std::nullopt);
    return sha_of(subject, answer.body);
}

} // namespace

Result<Comparison> compare(Api& api, const Repository& upstream, const std::string& head,
                           const change::Change& change) {
    bool all_after = true;
    for (const change::ChangedFile& file : change.files) {
        SLIPWAY_TRY_ASSIGN(const std::string now, blob_at(api, upstream, head, file.path));
        SLIPWAY_TRY_ASSIGN(const std::string before, change::blob_id(file.before));
        SLIPWAY_TRY_ASSIGN(const std::string after, change::blob_id(file.after));
        if (now != before && now != after) return Comparison{Standing::other, file.path};
        all_after = all_after && now == after;
    }
    return Comparison{all_after ? Standing::after : Standing::before, ""};
}

Result<std::string> head_of(Api& api, const Repository& repository, const std::string& branch) {
    const std::string subject = "branch '" + branch + "' of '" + repository.full_name() + "'";
    SLIPWAY_TRY_ASSIGN(const Answer answer,
                       api.get(subject, repository.path("/git/ref/heads/" + segments(branch)), {404, 409}));
    if (!answer.ok()) return std::string();
    return sha_of(subject, answer.body["object"]);
}

Result<std::string> Branch::find() {
    SLIPWAY_TRY_ASSIGN(std::string head, head_of(api_, repository_, name_));
    // The commit may be a reviewer's merge of the base into the branch: then ours is among its parents.
    std::vector<std::string> candidates;
    if (!head.empty()) candidates.push_back(head);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        SLIPWAY_TRY_ASSIGN(const Answer commit,
                           api_.get(subject(), repository_.path("/git/commits/" + candidates[i])));
        if (has_trailer(commit.body["message"].as_string(), chain_)) return head;
        if (i > 0) continue;
        for (const json::Value& parent : commit.body["parents"].as_array())
            candidates.push_back(http::percent_encoded(parent["sha"].as_string()));
    }
    if (head.empty()) return head;
    return Error{Kind::conflict, subject() + ": its commits are not this chain's, and are left alone",
                 "choose another \"branch_name\", or delete the branch"};
}

Result<std::string> Branch::make_tree(const change::Change& change, const std::string& parent) {
    SLIPWAY_TRY_ASSIGN(const Answer base, api_.get(subject(), repository_.path("/git/commits/" + parent)));
    SLIPWAY_TRY_ASSIGN(const std::string base_tree, sha_of(subject(), base.body["tree"]));
    json::Array entries;
    for (const change::ChangedFile& file : change.files) {
        json::Value entry =
            json::Object{{"path", file.path}, {"mode", file.mode}, {"type", "blob"}, {"sha", nullptr}};
        if (file.after) {
            SLIPWAY_TRY_ASSIGN(
                const Answer blob,
                api_.post(subject(), repository_.path("/git/blobs"),
                          json::Object{{"content", common::base64(*file.after)}, {"encoding", "base64"}}));
            SLIPWAY_TRY_ASSIGN(const std::string sha, sha_of(subject(), blob.body));
            entry.set("sha", sha);
        }
        entries.push_back(std::move(entry));
    }
    SLIPWAY_TRY_ASSIGN(const Answer tree,
                       api_.post(subject(), repository_.path("/git/trees"),
                                 json::Object{{"base_tree", base_tree}, {"tree", std::move(entries)}}));
    return sha_of(subject(), tree.body);
}

Result<bool> Branch::is_it(const std::string& commit, const std::string& tree, const CommitPlan& plan) {
    if (commit.empty()) return false;
    SLIPWAY_TRY_ASSIGN(const Answer answer, api_.get(subject(), repository_.path("/git/commits/" + commit)));
    const json::Array& parents = answer.body["parents"].as_array();
    return answer.body["tree"]["sha"].as_string() == tree && parents.size() == 1
           && parents[0]["sha"].as_string() == plan.parent
           && answer.body["message"].as_string() == plan.message;
}

Result<std::string> Branch::make_commit(const std::string& tree, const CommitPlan& plan) {
    json::Value request =
        json::Object{{"message", plan.message}, {"tree", tree}, {"parents", json::Array{plan.parent}}};
    if (plan.author) {
        const json::Object who{{"name", plan.author->name},
                               {"email", plan.author->email},
                               {"date", support::iso_time(plan.epoch)}};
        request.set("author", who);
        request.set("committer", who);
    }
    SLIPWAY_TRY_ASSIGN(const Answer commit, api_.post(subject(), repository_.path("/git/commits"), request));
    return sha_of(subject(), commit.body);
}

Result<void> Branch::point(const std::string& from, const std::string& to) {
    if (from.empty()) {
        SLIPWAY_TRY_ASSIGN(const Answer made,
                           api_.post(subject(), repository_.path("/git/refs"),
                                     json::Object{{"ref", "refs/heads/" + name_}, {"sha", to}}, {422}));
        if (made.ok()) return {};
        SLIPWAY_TRY_ASSIGN(const std::string now, head_of(api_, repository_, name_));
        if (now == to) return {}; // made by a request whose answer was lost
        return Error{Kind::conflict, subject() + ": somebody has made it meanwhile: " + words_of(made.body),
                     "is another run of this chain under way? run again"};
    }
    SLIPWAY_TRY(api_.patch(subject(), repository_.path("/git/refs/heads/" + segments(name_)),
                           json::Object{{"sha", to}, {"force", true}}));
    return {};
}

Result<std::string> Branch::put(const change::Change& change, const CommitPlan& plan) {
    SLIPWAY_TRY_ASSIGN(const std::string now, find());
    SLIPWAY_TRY_ASSIGN(const std::string tree, make_tree(change, plan.parent));
    SLIPWAY_TRY_ASSIGN(const bool there, is_it(now, tree, plan));
    if (there) return now;
    SLIPWAY_TRY_ASSIGN(const std::string commit, make_commit(tree, plan));
    SLIPWAY_TRY(point(now, commit));
    return commit;
}

} // namespace slipway::github
