// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/view.hpp"

#include "reports/picture.hpp"
#include "reports/treemap.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::host::reports {

namespace json = support::json;
using json::Value;

namespace {

constexpr const char* change_kinds[] = {"added", "removed", "upgraded", "downgraded", "rebuilt"};
constexpr std::size_t few_changes = 20;

std::string duration(std::int64_t ms) {
    return support::human_duration(std::chrono::milliseconds(std::max<std::int64_t>(ms, 0)));
}

std::string signed_bytes(std::int64_t bytes) {
    return (bytes < 0 ? "-" : "+") + bytes_text(bytes < 0 ? -bytes : bytes);
}

Value stage_view(const Value& stage) {
    const std::int64_t begun = stage["started_ms"].as_integer(), ended = stage["finished_ms"].as_integer();
    return json::Object{{"key", stage["key"]},
                        {"use", stage["use"]},
                        {"state", stage["state"]},
                        {"mocked", stage["mocked"]},
                        {"message", stage["message"]},
                        {"started", moment(begun)},
                        {"took", begun > 0 && ended >= begun ? duration(ended - begun) : ""}};
}

/// One line of the changes: what, which package, which versions, how many bytes more it takes.
Value change_view(const std::string& kind, const Value& item) {
    std::string versions = item["version"].as_string();
    if (kind == "rebuilt") versions = item["after"].as_string();
    if (kind == "upgraded" || kind == "downgraded")
        versions = item["before"].as_string() + " → " + item["after"].as_string();
    const std::int64_t bytes = item["installed_size"].as_integer();
    return json::Object{{"kind", kind},
                        {"name", item["name"]},
                        {"versions", versions},
                        {"size", signed_bytes(kind == "removed" ? -bytes : bytes)}};
}

json::Array changes_view(const Value& changes) {
    json::Array lines;
    for (const char* kind : change_kinds)
        for (const Value& item : changes[kind].as_array())
            lines.push_back(change_view(kind, item));
    return lines;
}

/// "3 added, 1 removed"; "" for no change.
std::string changed_text(const Value& changes) {
    std::string text;
    for (const char* kind : change_kinds)
        if (const std::size_t count = changes[kind].as_array().size(); count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
    return text;
}

std::string totals_text(const Value& packages) {
    const Value& changes = packages["changes"];
    std::string text = fmt::format(
        "{} packages, {} to download, {} installed", packages["list"].as_array().size(),
        bytes_text(packages["size"].as_integer()), bytes_text(packages["installed_size"].as_integer()));
    if (changes.is_null()) return text;
    const auto more = [&](const char* field) {
        return changes[field]["after"].as_integer() - changes[field]["before"].as_integer();
    };
    return text
           + fmt::format(" ({:+} packages, {} installed)", more("packages"),
                         signed_bytes(more("installed_size")));
}

/// Boxes in percent, largest package first; small ones have no label.
json::Array boxes_view(const Value& packages, const std::map<std::string, std::string>& changed) {
    std::vector<const Value*> list;
    for (const Value& package : packages["list"].as_array())
        list.push_back(&package);
    std::ranges::stable_sort(list, [](const Value* a, const Value* b) {
        return (*a)["installed_size"].as_integer() > (*b)["installed_size"].as_integer();
    });
    std::vector<std::uint64_t> sizes;
    for (const Value* package : list)
        sizes.push_back(
            static_cast<std::uint64_t>(std::max<std::int64_t>((*package)["installed_size"].as_integer(), 0)));
    const std::vector<Box> boxes = treemap(sizes, {0, 0, 160, 90});
    json::Array out;
    for (std::size_t i = 0; i < list.size() && sizes[i] > 0; ++i) {
        const Box& box = boxes[i];
        const std::string& name = (*list[i])["name"].as_string();
        const auto change = changed.find(name);
        const auto percent = [](double part, double whole) {
            return fmt::format("{:.3f}", part * 100 / whole);
        };
        out.push_back(
            json::Object{{"left", percent(box.x, 160)},
                         {"top", percent(box.y, 90)},
                         {"width", percent(box.width, 160)},
                         {"height", percent(box.height, 90)},
                         {"title", fmt::format("{} {}, {}{}", name, (*list[i])["version"].as_string(),
                                               bytes_text((*list[i])["installed_size"].as_integer()),
                                               change == changed.end() ? "" : ", " + change->second)},
                         {"class", change == changed.end() ? "same" : "changed"},
                         {"label", box.width > 9 && box.height > 4 ? name : ""}});
    }
    return out;
}

Value package_view(const Value& package, const std::map<std::string, std::string>& changed) {
    const auto change = changed.find(package["name"].as_string());
    Value view = package;
    view.set("size", bytes_text(package["size"].as_integer()));
    view.set("installed", bytes_text(package["installed_size"].as_integer()));
    view.set("change", change == changed.end() ? "" : change->second);
    return view;
}

Value packages_view(const Value& packages) {
    json::Array changes = changes_view(packages["changes"]), list;
    std::map<std::string, std::string> changed;
    for (const Value& line : changes)
        changed.emplace(line["name"].as_string(), line["kind"].as_string());
    std::string sums;
    for (const Value& package : packages["list"].as_array()) {
        list.push_back(package_view(package, changed));
        sums += package["sha256"].as_string() + "  " + package["filename"].as_string() + "\n";
    }
    const bool first = packages["changes"].is_null();
    return json::Object{{"stage", packages["stage"]},
                        {"totals", totals_text(packages)},
                        {"first", first},
                        {"unchanged", !first && changes.empty()},
                        {"boxes", boxes_view(packages, changed)},
                        {"changed", changed_text(packages["changes"])},
                        {"few", changes.size() <= few_changes},
                        {"changes", std::move(changes)},
                        {"count", std::int64_t(list.size())},
                        {"list", std::move(list)},
                        {"sums", std::move(sums)}};
}

/// A link only where it is one: a stage's word is not trusted with "javascript:".
Value submission_view(const Value& submission) {
    const std::string& url = submission["url"].as_string();
    Value view = submission;
    view.set("link", url.starts_with("https://") || url.starts_with("http://") ? url : "");
    return view;
}

Value digest_view(const Value& digest) {
    Value view = digest;
    view.set("size", bytes_text(digest["size"].as_integer()));
    return view;
}

Value log_view(const Value& log) {
    std::string text;
    bool bad = false;
    for (const Value& line : log["lines"].as_array()) {
        text += support::format_time("%H:%M:%S", line["time"].as_integer() / 1000).value_or("") + "  "
                + line["text"].as_string() + "\n";
        bad = bad || line["level"].as_integer() >= 3; // SLIPWAY_ERROR
    }
    const std::string& stage = log["stage"].as_string();
    return json::Object{{"name", stage.empty() ? "the run" : stage},
                        {"count", std::int64_t(log["lines"].as_array().size())},
                        {"left_out", log["left_out"]},
                        {"open", bad},
                        {"text", std::move(text)}};
}

Value provenance_view(const Value& statement) {
    if (statement.is_null()) return {};
    const Value& definition = statement["predicate"]["buildDefinition"];
    return json::Object{{"builder", statement["predicate"]["runDetails"]["builder"]["id"]},
                        {"type", definition["buildType"]},
                        {"subjects", std::int64_t(statement["subject"].as_array().size())},
                        {"dependencies", std::int64_t(definition["resolvedDependencies"].as_array().size())},
                        {"stages", definition["internalParameters"]["stages"]},
                        {"text", json::dump_pretty(statement)}};
}

json::Array each(const Value& list, Value (*view)(const Value&)) {
    json::Array out;
    for (const Value& item : list.as_array())
        out.push_back(view(item));
    return out;
}

void set_summary(Value& view, const Value& facts) {
    const Value& run = facts["run"];
    const std::int64_t begun = run["created_ms"].as_integer(), ended = run["finished_ms"].as_integer();
    view.set("slipway", facts["slipway"]);
    view.set("id", run["run"]);
    for (const char* member : {"chain", "version", "path", "state", "mocked"})
        view.set(member, run[member]);
    view.set("started", moment(begun));
    view.set("finished", moment(ended));
    view.set("took", ended > 0 ? duration(ended - begun) : "");
    view.set("waited", facts["waited_ms"].as_integer() > 0 ? duration(facts["waited_ms"].as_integer()) : "");
    view.set("epoch", run["epoch"]);
    view.set("epoch_time", support::iso_time(run["epoch"].as_integer()));
    view.set("previous", facts["previous"]);
}

} // namespace

std::string moment(std::int64_t ms) {
    return ms > 0 ? support::format_time("%Y-%m-%d %H:%M UTC", ms / 1000).value_or("") : "";
}

std::string bytes_text(std::int64_t bytes) {
    return support::human_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

Value view_of(const Value& facts) {
    Value view = json::Object{};
    set_summary(view, facts);
    view.set("picture", picture_of(facts));
    view.set("stages", each(facts["run"]["stages"], stage_view));
    view.set("submissions", each(facts["submissions"], submission_view));
    view.set("packages", each(facts["packages"], packages_view));
    view.set("digests", each(facts["digests"], digest_view));
    view.set("checks", facts["checks"]);
    view.set("provenance", provenance_view(facts["provenance"]));
    view.set("log", each(facts["log"], log_view));
    return view;
}

} // namespace slipway::host::reports
