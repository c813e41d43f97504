// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/history.hpp"

#include "report.hpp"
#include "reports/facts.hpp"
#include "reports/view.hpp"
#include "version.hpp"

#include <chain/pin.hpp>
#include <chain/waiting.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::host::reports {

namespace json = support::json;
using journal::OutputRecord;
using journal::RunRecord;
using json::Value;
using support::Result;

namespace {

bool is_archive(const OutputRecord& output) {
    return output.type == "application/zstd" || output.type == "application/x-xz"
           || output.type == "application/gzip";
}

Result<Value> entry_of(const State& state, const RunRecord& run, journal::Time now) {
    SLIPWAY_TRY_ASSIGN(const auto stages, state.journal.stages(run.id));
    SLIPWAY_TRY_ASSIGN(const auto events, state.journal.events(run.id));
    std::int64_t packages = 0, installed = 0, archives = 0;
    for (const auto& stage : stages)
        for (const OutputRecord& output : stage.outputs) {
            if (is_archive(output)) archives += static_cast<std::int64_t>(output.size);
            if (output.type != chain::lock_type) continue;
            const Value lock = document_of(state.store, output);
            packages += std::int64_t(lock["packages"].as_array().size());
            for (const Value& package : lock["packages"].as_array())
                installed += package["installed_size"].as_integer();
        }
    return Value(json::Object{{"run", run.id},
                              {"version", run.version},
                              {"state", shown_state(run)},
                              {"mocked", run.mocked},
                              {"created_ms", run.created},
                              {"finished_ms", run.finished},
                              {"waited_ms", chain::waiting_of(events, now).total},
                              {"packages", packages},
                              {"installed_size", installed},
                              {"archive_size", archives}});
}

std::string duration(std::int64_t ms) {
    return ms > 0 ? support::human_duration(std::chrono::milliseconds(ms)) : "";
}

Value row_view(const Value& run) {
    const auto size = [&](const char* member) {
        const std::int64_t bytes = run[member].as_integer();
        return bytes > 0 ? bytes_text(bytes) : std::string();
    };
    Value view = run;
    view.set("started", moment(run["created_ms"].as_integer()));
    view.set("took", duration(run["finished_ms"].as_integer() - run["created_ms"].as_integer()));
    view.set("waited", duration(run["waited_ms"].as_integer()));
    view.set("installed_size", size("installed_size"));
    view.set("archive_size", size("archive_size"));
    return view;
}

/// The releases of a chain, oldest first.
std::vector<const Value*> releases_of(const Value& chain) {
    std::vector<const Value*> done;
    for (const Value& run : chain["runs"].as_array())
        if (run["state"].as_string() == "done") done.push_back(&run);
    std::ranges::reverse(done);
    return done;
}

constexpr double chart_width = 640, chart_height = 120, chart_margin = 6;

/// A line through one number of each release, from 0 up; nothing for fewer than two, or none above 0.
Value chart_view(const std::vector<const Value*>& releases, const char* title, const char* member,
                 std::string (*words)(std::int64_t)) {
    std::int64_t most = 0;
    for (const Value* release : releases)
        most = std::max(most, (*release)[member].as_integer());
    if (releases.size() < 2 || most == 0) return {};
    json::Array dots;
    std::string points;
    for (std::size_t i = 0; i < releases.size(); ++i) {
        const std::int64_t number = (*releases[i])[member].as_integer();
        const double x = chart_margin
                         + static_cast<double>(i) * (chart_width - 2 * chart_margin)
                               / static_cast<double>(releases.size() - 1);
        const double y =
            chart_height - chart_margin
            - static_cast<double>(number) * (chart_height - 2 * chart_margin) / static_cast<double>(most);
        points += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ", x, y);
        dots.push_back(json::Object{{"x", fmt::format("{:.1f}", x)},
                                    {"y", fmt::format("{:.1f}", y)},
                                    {"title", (*releases[i])["version"].as_string() + ": " + words(number)}});
    }
    return json::Object{{"title", title},
                        {"points", std::move(points)},
                        {"dots", std::move(dots)},
                        {"most", words(most)},
                        {"last", words((*releases.back())[member].as_integer())},
                        {"from", (*releases.front())["version"]},
                        {"to", (*releases.back())["version"]}};
}

std::string duration_words(std::int64_t ms) {
    return ms > 0 ? duration(ms) : "none";
}

} // namespace

Result<Value> history_of(const State& state, journal::Time now) {
    SLIPWAY_TRY_ASSIGN(const auto runs, state.journal.runs());
    std::vector<std::pair<std::string, json::Array>> chains;
    for (const RunRecord& run : runs) {
        if (run.kind != "run") continue;
        SLIPWAY_TRY_ASSIGN(Value entry, entry_of(state, run, now));
        auto chain = std::ranges::find(chains, run.chain, &std::pair<std::string, json::Array>::first);
        if (chain == chains.end()) chain = chains.insert(chain, {run.chain, {}});
        chain->second.push_back(std::move(entry));
    }
    json::Array list;
    for (auto& [name, entries] : chains)
        list.push_back(json::Object{{"chain", name}, {"runs", std::move(entries)}});
    return Value(json::Object{{"slipway_history", 1}, {"slipway", version}, {"chains", std::move(list)}});
}

Value history_view(const Value& history) {
    json::Array chains;
    for (const Value& chain : history["chains"].as_array()) {
        json::Array rows, charts;
        for (const Value& run : chain["runs"].as_array())
            rows.push_back(row_view(run));
        const auto releases = releases_of(chain);
        for (Value chart :
             {chart_view(releases, "Size of the archives", "archive_size", bytes_text),
              chart_view(releases, "Installed size of the packages", "installed_size", bytes_text),
              chart_view(releases, "Stalled", "waited_ms", duration_words)})
            if (!chart.is_null()) charts.push_back(std::move(chart));
        chains.push_back(json::Object{{"chain", chain["chain"]},
                                      {"releases", std::int64_t(releases.size())},
                                      {"count", std::int64_t(rows.size())},
                                      {"runs", std::move(rows)},
                                      {"charts", std::move(charts)}});
    }
    return json::Object{{"slipway", history["slipway"]}, {"chains", std::move(chains)}};
}

} // namespace slipway::host::reports
