// SPDX-License-Identifier: GPL-3.0-or-later
#include "finding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slipway::host::doctor {

namespace json = support::json;

namespace {

const char* name_of(Health state) {
    return state == Health::ok ? "ok" : state == Health::warning ? "warning" : "missing";
}

} // namespace

std::size_t count(const Findings& findings, Health state) {
    return static_cast<std::size_t>(std::ranges::count(findings, state, &Finding::state));
}

std::string to_text(const Findings& findings, Show show) {
    std::string out;
    for (const Finding& finding : findings) {
        if (show == Show::problems && finding.state == Health::ok) continue;
        out += fmt::format("{:<8} {}: {}\n", name_of(finding.state), finding.subject, finding.what);
        if (!finding.hint.empty()) out += fmt::format("         hint: {}\n", finding.hint);
    }
    return out;
}

json::Value to_json(const Findings& findings, const std::string& chain) {
    json::Array list;
    for (const Finding& finding : findings)
        list.push_back(json::Object{{"state", name_of(finding.state)},
                                    {"subject", finding.subject},
                                    {"what", finding.what},
                                    {"hint", finding.hint}});
    return json::Object{{"chain", chain},
                        {"missing", count(findings, Health::missing)},
                        {"warnings", count(findings, Health::warning)},
                        {"findings", std::move(list)}};
}

} // namespace slipway::host::doctor
