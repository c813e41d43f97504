// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.hpp"
#include "variables.hpp"

#include <support/text.hpp>

#include <algorithm>

namespace slipway::config {

namespace {

class ToReport : public Expansion::Listener {
public:
    explicit ToReport(Report& report) : report_(report) {}

    void fault(const Expansion::Spot& spot, const Fault& fault) override {
        report_.add_in_string(spot.pointer, *spot.value, spot.offset, fault.what, fault.hint);
    }

    void reference(const Expansion::Spot&, const RuntimeReference&) override {}

private:
    Report& report_;
};

/// Every combination of the axes' values, the last axis changing fastest. One empty cell for no axes.
std::vector<Cell> cells_of(const Chain& chain, const Stage& stage) {
    std::vector<Cell> cells{{}};
    for (const Axis& axis : chain.axes) {
        if (std::ranges::find(stage.each, axis.name) == stage.each.end()) continue;
        std::vector<Cell> wider;
        wider.reserve(cells.size() * axis.values.size());
        for (const Cell& cell : cells)
            for (const std::string& value : axis.values) {
                wider.push_back(cell);
                wider.back().emplace_back(axis.name, value);
            }
        cells = std::move(wider);
    }
    return cells;
}

std::string key_of(const Stage& stage, const Cell& cell) {
    std::string key = stage.id;
    for (const auto& [axis, value] : cell)
        key.append(&axis == &cell.front().first ? "[" : ",").append(axis).append("=").append(value);
    return cell.empty() ? key : key + "]";
}

} // namespace

bool agree(const Cell& a, const Cell& b) {
    return std::ranges::all_of(a, [&](const auto& mine) {
        const auto it = std::ranges::find(b, mine.first, &std::pair<std::string, std::string>::first);
        return it == b.end() || it->second == mine.second;
    });
}

std::variant<std::vector<Instance>, Problems> expand(const Chain& chain) {
    std::vector<Instance> instances;
    Report report(chain.path, chain.text);
    for (const Origin& origin : chain.origins)
        report.came_from(origin);
    ToReport listener(report);
    for (std::size_t i = 0; i < chain.stages.size(); ++i) {
        const Stage& stage = chain.stages[i];
        const std::string pointer = stage.pointer + "/with";
        for (Cell& cell : cells_of(chain, stage)) {
            Instance& instance = instances.emplace_back();
            instance.stage = i;
            instance.key = key_of(stage, cell);
            instance.cell = std::move(cell);
            instance.options = stage.with;
            Expansion(chain, &stage, instance.cell, listener).expand(instance.options, pointer);
        }
    }
    if (!report.problems().empty()) return report.problems();
    return instances;
}

} // namespace slipway::config
