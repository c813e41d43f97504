// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::rootfs_test {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string finding_text(const Finding& f) {
    return fmt::format("{}: found {}, expected {}", support::printable(f.subject),
                       support::printable(f.found), f.expected);
}

} // namespace

json::Value report_json(const std::vector<Check>& checks, const Inventory& inventory) {
    json::Array list;
    for (const Check& check : checks) {
        json::Value item =
            json::Object{{"check", check.name}, {"expects", check.expects}, {"passed", check.passed()}};
        if (check.program) {
            const auto& [arguments, code, last] = *check.program;
            item.set("run", json::Array(arguments.begin(), arguments.end()));
            item.set("exit", code);
            item.set("output", json::Array(last.begin(), last.end()));
        }
        list.push_back(std::move(item));
    }
    return json::Object{{"slipway_test_report", 1},
                        {"passed", std::ranges::all_of(checks, &Check::passed)},
                        {"entries", static_cast<std::int64_t>(inventory.nodes().size())},
                        {"size", inventory.size()},
                        {"checks", std::move(list)}};
}

std::vector<std::string> report_lines(const Check& check, std::size_t max_findings) {
    std::vector<std::string> lines{fmt::format("{}: {}: {}", check.passed() ? "ok" : "FAILED", check.name,
                                               support::printable(check.expects))};
    const std::size_t shown = std::min(max_findings, check.findings.size());
    for (std::size_t i = 0; i < shown; ++i)
        lines.push_back("  " + finding_text(check.findings[i]));
    if (shown < check.findings.size())
        lines.push_back(fmt::format("  and {} more", check.findings.size() - shown));
    if (check.program && !check.passed())
        for (const std::string& line : check.program->last)
            lines.push_back("  | " + line);
    return lines;
}

Result<void> verdict(const std::vector<Check>& checks) {
    Error error{Kind::verify, "", "nothing of this run is published; mend the tree or the check"};
    std::size_t failed = 0;
    for (const Check& check : checks) {
        if (check.passed()) continue;
        if (++failed == 1) error.what = check.name + ": " + finding_text(check.findings.front());
        for (std::string& line : report_lines(check))
            error.trace.push_back(std::move(line));
    }
    if (failed == 0) return {};
    error.what = fmt::format("{} of {} checks failed: {}{}", failed, checks.size(), error.what,
                             error.trace.size() > 2 ? " (and more)" : "");
    return error;
}

} // namespace slipway::rootfs_test
