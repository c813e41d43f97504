// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor.hpp"

#include "report.hpp"
#include "session.hpp"

#include <chain/event.hpp>
#include <chain/waiting.hpp>
#include <fmt/format.h>
#include <slipway/stage.h>
#include <support/text.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace slipway::host {

namespace json = support::json;
using journal::RunRecord;
using journal::Time;
using support::Error;
using support::Kind;
using support::Result;
using Milliseconds = std::chrono::milliseconds;

namespace {

constexpr const char* names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
constexpr int runs_with_a_token = 5; ///< so many runs are asked for the end of a token

struct Limits {
    Milliseconds warning{};
    Milliseconds critical{};

    Health above(Milliseconds age) const {
        return age > critical ? Health::critical : age > warning ? Health::warning : Health::ok;
    }

    Health below(Milliseconds left) const {
        return left < critical ? Health::critical : left < warning ? Health::warning : Health::ok;
    }
};

struct Finding {
    std::string chain;
    std::string check; ///< "release", "run", "parked", "token", "told"
    Health health = Health::ok;
    std::string text;
    Milliseconds measured{}; ///< an age, or what is left; 0 for none
};

/// "35d,45d", or one for both.
Result<Limits> limits_of(const Arguments& arguments, const std::string& option, const char* fallback) {
    const auto parts = support::split(arguments.value(option, fallback), ',');
    const auto warning = support::parse_duration(parts.front());
    const auto critical = support::parse_duration(parts.back());
    if (!warning || !critical || parts.size() > 2)
        return Error{Kind::config,
                     "--" + option + ": '" + support::printable(arguments.value(option))
                         + "' is no pair of times",
                     "WARNING,CRITICAL, such as " + std::string(fallback)};
    return Limits{*warning, *critical};
}

std::string words(Milliseconds time) {
    return support::human_duration(time);
}

/// The end of a token that the run was told of, in seconds; 0 for none. See stage.h, report().
std::int64_t token_end(const std::vector<journal::EventRecord>& events) {
    constexpr std::string_view mark = "expires=";
    std::int64_t end = 0;
    for (const journal::EventRecord& event : events) {
        const std::string& detail = event.data["detail"].as_string();
        if (event.kind != "diagnostic" || event.level != SLIPWAY_INFO || !detail.starts_with(mark)) continue;
        std::tm time{};
        const char* rest = ::strptime(detail.c_str() + mark.size(), "%Y-%m-%dT%H:%M:%SZ", &time);
        if (rest == nullptr || *rest != '\0') continue;
        const std::int64_t seconds = ::timegm(&time);
        end = end == 0 ? seconds : std::min(end, seconds); // of several the first to go
    }
    return end;
}

/// One chain's runs, newest first, without mocks: a mocked run releases nothing.
class Watch {
public:
    Watch(const State& state, std::string chain, std::vector<RunRecord> runs, Time now)
        : state_(state), chain_(std::move(chain)), runs_(std::move(runs)), now_(now) {}

    Result<std::vector<Finding>> look(const Limits& release, const Limits& parked, const Limits& token) {
        newest_run();
        newest_release(release);
        SLIPWAY_TRY(parked_runs(parked));
        SLIPWAY_TRY(token_of(token));
        SLIPWAY_TRY(told());
        return std::move(findings_);
    }

private:
    void add(const char* check, Health health, std::string text, Milliseconds measured = {}) {
        findings_.push_back({chain_, check, health, std::move(text), measured});
    }

    void newest_run() {
        const RunRecord& run = runs_.front();
        const std::string state = shown_state(run);
        if (state == "failed" || state == "interrupted")
            add("run", Health::critical,
                "run " + run.id + " (" + run.version + ") "
                    + (state == "failed" ? "has failed" : "was interrupted"));
        else if (state == "cancelled")
            add("run", Health::warning, "run " + run.id + " (" + run.version + ") was cancelled");
    }

    void newest_release(const Limits& limits) {
        const auto done = std::ranges::find(runs_, "done", &RunRecord::state);
        const bool any = done != runs_.end();
        const Milliseconds age(now_ - (any ? done->finished : runs_.back().created));
        add("release", limits.above(age),
            any ? "released " + done->version + " " + words(age) + " ago"
                : "no release since the first run, " + words(age) + " ago",
            age);
    }

    Result<void> parked_runs(const Limits& limits) {
        for (const RunRecord& run : runs_) {
            if (run.state != "waiting") continue;
            SLIPWAY_TRY_ASSIGN(const auto events, state_.journal.events(run.id));
            const Time since = chain::waiting_of(events, now_).since;
            const Milliseconds age(now_ - (since > 0 ? since : run.created));
            add("parked", limits.above(age),
                "run " + run.id + " (" + run.version + ") has waited for " + words(age), age);
        }
        return {};
    }

    Result<void> token_of(const Limits& limits) {
        for (std::size_t i = 0; i < runs_.size() && i < runs_with_a_token; ++i) {
            SLIPWAY_TRY_ASSIGN(const auto events, state_.journal.events(runs_[i].id));
            const std::int64_t end = token_end(events);
            if (end == 0) continue;
            const Milliseconds left(end * 1000 - now_);
            add("token", limits.below(left),
                left.count() < 0 ? "the token has expired" : "the token expires in " + words(left), left);
            return {};
        }
        return {};
    }

    /// A run that is done, and a stage of it that failed: those for its end.
    Result<void> told() {
        if (runs_.front().state != "done") return {};
        SLIPWAY_TRY_ASSIGN(const auto stages, state_.journal.stages(runs_.front().id));
        for (const auto& stage : stages)
            if (stage.state == "failed")
                add("told", Health::warning, stage.key + " has failed: " + stage.message);
        return {};
    }

    const State& state_;
    std::string chain_;
    std::vector<RunRecord> runs_;
    Time now_;
    std::vector<Finding> findings_{};
};

struct ChainRuns {
    std::string chain;
    std::vector<RunRecord> runs;
};

Result<std::vector<ChainRuns>> chains_of(const State& state, const std::vector<std::string>& wanted) {
    SLIPWAY_TRY_ASSIGN(auto runs, state.journal.runs());
    std::vector<ChainRuns> chains;
    for (RunRecord& run : runs) {
        const bool named = wanted.empty() || std::ranges::count(wanted, run.chain) > 0;
        if (run.kind != "run" || run.mocked || !named) continue;
        auto chain = std::ranges::find(chains, run.chain, &ChainRuns::chain);
        if (chain == chains.end()) chain = chains.insert(chain, {run.chain, {}});
        chain->runs.push_back(std::move(run));
    }
    for (const std::string& name : wanted)
        if (std::ranges::find(chains, name, &ChainRuns::chain) == chains.end())
            return Error{Kind::not_found, "chain '" + support::printable(name) + "' has never been run",
                         "slipway runs lists them"};
    if (chains.empty()) return Error{Kind::not_found, "nothing has been run yet", "slipway run CHAIN"};
    return chains;
}

Result<std::vector<Finding>> findings_of(const Arguments& arguments) {
    SLIPWAY_TRY_ASSIGN(const Limits release, limits_of(arguments, "release-age", "35d,45d"));
    SLIPWAY_TRY_ASSIGN(const Limits parked, limits_of(arguments, "parked-age", "5d,14d"));
    SLIPWAY_TRY_ASSIGN(const Limits token, limits_of(arguments, "token-left", "30d,7d"));
    SLIPWAY_TRY_ASSIGN(const State state, open_state(arguments));
    SLIPWAY_TRY_ASSIGN(auto chains, chains_of(state, arguments.positional()));
    std::vector<Finding> all;
    for (ChainRuns& chain : chains) {
        SLIPWAY_TRY_ASSIGN(
            auto some,
            Watch(state, chain.chain, std::move(chain.runs), chain::now_ms()).look(release, parked, token));
        std::ranges::move(some, std::back_inserter(all));
    }
    std::ranges::stable_sort(all, std::ranges::greater{}, &Finding::health); // the worst first
    return all;
}

std::string line(const Finding& finding) {
    return support::printable(finding.chain + ": " + finding.text);
}

int show(const std::vector<Finding>& findings, bool as_json) {
    const Health worst = findings.front().health;
    if (as_json) {
        json::Array list;
        for (const Finding& f : findings)
            list.push_back(json::Object{{"chain", f.chain},
                                        {"check", f.check},
                                        {"status", names[int(f.health)]},
                                        {"text", f.text},
                                        {"seconds", f.measured.count() / 1000}});
        fmt::print("{}", json::dump_pretty(json::Object{{"slipway_check", 1},
                                                        {"status", names[int(worst)]},
                                                        {"code", int(worst)},
                                                        {"findings", std::move(list)}}));
        return int(worst);
    }
    std::vector<std::string> bad;
    for (const Finding& finding : findings)
        if (finding.health != Health::ok) bad.push_back(line(finding));
    fmt::print("SLIPWAY {}: {}\n", names[int(worst)],
               bad.empty() ? line(findings.front()) : support::join(bad, "; "));
    for (const Finding& finding : findings)
        fmt::print("{}: {}\n", names[int(finding.health)], line(finding));
    return int(worst);
}

} // namespace

std::vector<Option> monitor_options() {
    return {{"check", 0, "", "for monitoring: exit with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN)"},
            {"release-age", 0, "WARN,CRIT", "with --check: since the last release; default 35d,45d"},
            {"parked-age", 0, "WARN,CRIT", "with --check: how long a run has waited; default 5d,14d"},
            {"token-left", 0, "WARN,CRIT", "with --check: until a token expires; default 30d,7d"}};
}

int check_status(const Arguments& arguments) {
    const auto findings = findings_of(arguments);
    if (findings) return show(findings.value(), arguments.has("json"));
    const std::string message = support::printable(findings.error().message());
    if (arguments.has("json"))
        fmt::print("{}", json::dump_pretty(json::Object{{"slipway_check", 1},
                                                        {"status", "UNKNOWN"},
                                                        {"code", 3},
                                                        {"error", message},
                                                        {"findings", json::Array{}}}));
    else
        fmt::print("SLIPWAY UNKNOWN: {}\n", message);
    return int(Health::unknown);
}

} // namespace slipway::host
