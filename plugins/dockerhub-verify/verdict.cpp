// SPDX-License-Identifier: GPL-3.0-or-later
#include "verdict.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

namespace slipway::verify {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

json::Value list_of(const std::vector<std::string>& texts) {
    return json::Array(texts.begin(), texts.end());
}

json::Value to_json(const Finding& finding) {
    json::Value value = json::Object{{"subject", finding.subject},
                                     {"field", finding.field},
                                     {"expected", finding.expected},
                                     {"found", finding.found}};
    if (!finding.allowed_by.empty()) value.set("allowed_by", finding.allowed_by);
    return value;
}

json::Value to_json(const VerifiedLayer& layer) {
    json::Value value =
        json::Object{{"digest", "sha256:" + layer.blob.digest.hex()}, {"size", layer.blob.size}};
    if (layer.diff_id) value.set("diff_id", "sha256:" + layer.diff_id->hex());
    return value;
}

std::string line_of(const Finding& f) {
    const std::string head = f.subject + ": " + f.field;
    return f.expected.empty() ? head + ": " + f.found
                              : fmt::format("{}: expected {}, found {}", head, f.expected, f.found);
}

std::string head_of(const Verdict& verdict, const Order& order) {
    return fmt::format("{} ({}, {})", order.image.text(), order.platform.text(), verdict.digest);
}

} // namespace

json::Value verdict_json(const Verdict& verdict, const Order& order, const Against& against) {
    json::Array layers, findings;
    for (const VerifiedLayer& layer : verdict.layers)
        layers.push_back(to_json(layer));
    for (const Finding& finding : verdict.findings.list())
        findings.push_back(to_json(finding));
    json::Value document =
        json::Object{{"slipway_verdict", 1},
                     {"equal", verdict.equal()},
                     {"image", order.image.text()},
                     {"tags", list_of(order.more_tags)},
                     {"platform", order.platform.text()},
                     {"digest", verdict.digest},
                     {"manifest", verdict.manifest},
                     {"against", json::Object{{"name", against.name}, {"sha256", against.sha256}}},
                     {"entries", static_cast<std::int64_t>(verdict.entries)},
                     {"size", verdict.size},
                     {"layers", std::move(layers)},
                     {"config", verdict.config["config"]},
                     {"created", verdict.config["created"]},
                     {"not_compared", list_of(verdict.not_compared)},
                     {"not_verified", list_of(verdict.not_verified)},
                     {"differences", static_cast<std::int64_t>(verdict.findings.total())},
                     {"allowed", static_cast<std::int64_t>(verdict.findings.allowed())},
                     {"findings", std::move(findings)}};
    if (verdict.config_blob) document.set("config_digest", "sha256:" + verdict.config_blob->digest.hex());
    return document;
}

std::vector<std::string> verdict_lines(const Verdict& verdict, const Order& order, const Against& against,
                                       std::size_t most) {
    std::vector<std::string> lines{fmt::format("{}: {} {}", head_of(verdict, order),
                                               verdict.equal() ? "equal to" : "DIFFERS from",
                                               support::printable(against.name))};
    lines.push_back(fmt::format("  {} entries, {} of files, {} layers", verdict.entries,
                                support::human_bytes(verdict.size), verdict.layers.size()));
    if (!verdict.not_compared.empty())
        lines.push_back("  not compared: " + support::join(verdict.not_compared, ", "));
    if (!verdict.not_verified.empty())
        lines.push_back("  not verified: " + support::join(verdict.not_verified, ", "));
    std::size_t shown = 0;
    for (const Finding& finding : verdict.findings.list())
        if (finding.allowed_by.empty() && shown++ < most) lines.push_back("  " + line_of(finding));
    if (verdict.findings.total() > most)
        lines.push_back(fmt::format("  and {} more", verdict.findings.total() - most));
    if (verdict.findings.allowed() > 0)
        lines.push_back(fmt::format("  {} differences are allowed", verdict.findings.allowed()));
    return lines;
}

Result<void> judge(const Verdict& verdict, const Order& order, const Against& against) {
    if (verdict.equal()) return {};
    Error error{
        Kind::verify, "",
        "do not announce this release; who changed the image, or which difference has to be allowed?"};
    for (const Finding& finding : verdict.findings.list()) {
        if (!finding.allowed_by.empty()) continue;
        const std::size_t more = verdict.findings.total() - 1;
        error.what = fmt::format("{} is not what was built: {}{}", order.image.text(), line_of(finding),
                                 more > 0 ? fmt::format(" (and {} more)", more) : "");
        break;
    }
    error.trace = verdict_lines(verdict, order, against);
    return error;
}

} // namespace slipway::verify
