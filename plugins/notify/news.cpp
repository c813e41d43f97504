// SPDX-License-Identifier: GPL-3.0-or-later
#include <news.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::notify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// "archlinux 05112026 has failed: rootfs: no space left".
std::string headline(const News& news) {
    std::string text = (news.mocked ? "MOCKED: " : "") + news.chain + " " + news.version;
    if (news.state == "done") return text + " is released";
    if (news.state == "waiting")
        text += " has waited for " + support::human_duration(news.waited());
    else
        text += news.state == "cancelled" ? " was cancelled" : " has failed";
    if (news.troubles.empty()) return text;
    const auto& [stage, message] = news.troubles.front();
    return text + ": " + stage + (message.empty() ? "" : ": " + message);
}

std::string next(const News& news) {
    return news.state == "done" ? "slipway report " + news.run
                                : "slipway log " + news.run + "; slipway resume " + news.run;
}

} // namespace

std::chrono::milliseconds News::waited() const {
    return std::chrono::milliseconds(waiting_since > 0 ? std::max<std::int64_t>(0, now - waiting_since) : 0);
}

std::string News::identity() const {
    json::Value all = json::Object{{"state", state}};
    // What a stage waits for is worded anew at every look; that it waits is the news.
    if (state == "waiting") return json::dump(all.set("since", waiting_since));
    json::Array list;
    for (const auto& [stage, message] : troubles)
        list.push_back(json::Object{{"stage", stage}, {"message", message}});
    all.set("troubles", std::move(list));
    return support::Digest::of(json::dump(all)).hex();
}

Result<News> read_news(const std::string& document) {
    auto parsed = json::parse(document);
    if (!parsed || parsed.value()["slipway_run"].as_integer() != 1)
        return Error{Kind::config, "input 'run': not the document of a run", "leave the port to the host"};
    const json::Value& run = parsed.value();
    News news{run["run"].as_string(),
              run["chain"].as_string(),
              run["version"].as_string(),
              run["state"].as_string(),
              run["mocked"].as_bool(),
              run["ended_ms"].as_integer(),
              run["waiting_since_ms"].as_integer()};
    for (const char* state : {"failed", "waiting", "cancelled"})
        for (const json::Value& stage : run["stages"].as_array())
            if (stage["state"].as_string() == state)
                news.troubles.emplace_back(stage["key"].as_string(), stage["message"].as_string());
    return news;
}

common::Values values_of(const News& news) {
    std::string details;
    for (const auto& [stage, message] : news.troubles)
        details += (details.empty() ? "" : "\n") + stage + (message.empty() ? "" : ": " + message);
    const bool trouble = !news.troubles.empty();
    return {{"chain", news.chain},
            {"version", news.version},
            {"run", news.run},
            {"state", news.state},
            {"headline", support::printable(headline(news))},
            {"details", support::printable_text(details)},
            {"stage", trouble ? news.troubles.front().first : ""},
            {"message", trouble ? support::printable_text(news.troubles.front().second) : ""},
            {"waited", news.waiting_since > 0 ? support::human_duration(news.waited()) : ""},
            {"mocked", news.mocked ? "MOCKED" : ""},
            {"next", next(news)}};
}

Result<json::Value> filled(json::Value body, const common::Values& values) {
    if (body.is_string()) {
        SLIPWAY_TRY_ASSIGN(std::string text, common::fill(body.as_string(), values));
        return json::Value(std::move(text));
    }
    if (body.is_array())
        for (json::Value& item : body.array()) {
            SLIPWAY_TRY_ASSIGN(item, filled(std::move(item), values));
        }
    if (body.is_object())
        for (json::Member& member : body.object()) {
            SLIPWAY_TRY_ASSIGN(member.value, filled(std::move(member.value), values));
        }
    return body;
}

} // namespace slipway::notify
