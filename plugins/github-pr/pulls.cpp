// SPDX-License-Identifier: GPL-3.0-or-later
#include <explain.hpp>
#include <pulls.hpp>
#include <support/text.hpp>

#include <map>

namespace slipway::github {

namespace json = support::json;
using support::Result;

namespace {

std::string numbered(std::int64_t number) {
    return "pull request #" + std::to_string(number);
}

std::string path_of(std::int64_t number) {
    return "/pulls/" + std::to_string(number);
}

Result<Pull> read(const std::string& subject, const json::Value& json) {
    Pull pull;
    pull.number = json["number"].as_integer();
    pull.url = support::printable(json["html_url"].as_string());
    if (pull.number <= 0 || pull.url.empty()) return unexpected(subject, "number and html_url");
    pull.title = json["title"].as_string();
    pull.body = json["body"].as_string();
    pull.login = support::printable(json["user"]["login"].as_string());
    pull.open = json["state"].as_string() == "open";
    pull.merged_at = json["merged_at"].as_string();
    pull.merged = !pull.merged_at.empty();
    if (pull.merged) pull.merge_commit = json["merge_commit_sha"].as_string();
    pull.created_at = json["created_at"].as_string();
    pull.head = json["head"]["sha"].as_string();
    pull.mark = find_marker(pull.body);
    pull.mergeable = json["mergeable_state"].as_string();
    return pull;
}

} // namespace

Result<std::vector<Pull>> Pulls::of_branch(const std::string& head_owner, const std::string& branch,
                                           const std::string& base) {
    const std::string subject = "pull requests from " + head_owner + ":" + branch;
    const std::string query =
        "?state=all&sort=created&direction=desc&head=" + http::percent_encoded(head_owner + ":" + branch)
        + "&base=" + http::percent_encoded(base);
    SLIPWAY_TRY_ASSIGN(const json::Array list, api_.list(subject, upstream_.path("/pulls") + query));
    std::vector<Pull> pulls;
    for (const json::Value& one : list) {
        SLIPWAY_TRY_ASSIGN(Pull pull, read(subject, one));
        // An Enterprise Server of old ignores a filter it cannot read.
        if (one["head"]["ref"].as_string() == branch) pulls.push_back(std::move(pull));
    }
    return pulls;
}

Result<Pull> Pulls::look(std::int64_t number) {
    SLIPWAY_TRY_ASSIGN(const Answer answer, api_.watch(numbered(number), upstream_.path(path_of(number))));
    return read(numbered(number), answer.body);
}

Result<std::optional<Pull>> Pulls::open(const Route& route, const std::string& title, const std::string& body,
                                        std::string& why) {
    const std::string subject = "opening a pull request";
    json::Value request = json::Object{{"title", title},
                                       {"body", body},
                                       {"head", route.head_owner + ":" + route.branch},
                                       {"base", route.base},
                                       {"maintainer_can_modify", true}};
    if (route.head_owner == route.upstream.owner) request.remove("maintainer_can_modify"); // a fork's alone
    SLIPWAY_TRY_ASSIGN(const Answer answer, api_.post(subject, upstream_.path("/pulls"), request, {422}));
    if (answer.ok()) {
        SLIPWAY_TRY_ASSIGN(Pull pull, read(subject, answer.body));
        return std::optional(std::move(pull));
    }
    why = words_of(answer.body);
    return std::optional<Pull>();
}

Result<void> Pulls::update(std::int64_t number, const std::string& title, const std::string& body) {
    SLIPWAY_TRY(api_.patch("updating " + numbered(number), upstream_.path(path_of(number)),
                           json::Object{{"title", title}, {"body", body}}));
    return {};
}

Result<void> Pulls::close(const Pull& pull, const std::string& because) {
    SLIPWAY_TRY(api_.patch("closing " + numbered(pull.number), upstream_.path(path_of(pull.number)),
                           json::Object{{"state", "closed"}, {"body", because + "\n\n" + pull.body}}));
    return {};
}

Result<std::vector<std::string>> Pulls::unhappy(std::int64_t number) {
    SLIPWAY_TRY_ASSIGN(const json::Array list, api_.list("reviews of " + numbered(number),
                                                         upstream_.path(path_of(number) + "/reviews")));
    std::map<std::string, std::string> last; // in the order of time; a comment takes nothing back
    for (const json::Value& review : list)
        if (const std::string& state = review["state"].as_string();
            state != "COMMENTED" && state != "PENDING")
            last[review["user"]["login"].as_string()] = state;
    std::vector<std::string> names;
    for (const auto& [name, state] : last)
        if (state == "CHANGES_REQUESTED") names.push_back("@" + support::printable(name));
    return names;
}

} // namespace slipway::github
