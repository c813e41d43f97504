// SPDX-License-Identifier: GPL-3.0-or-later
#include <config/matrix.hpp>

#include <algorithm>

namespace slipway::config {

namespace {

const std::string* value_on(const Cell& cell, const std::string& axis) {
    const auto it = std::ranges::find(cell, axis, &std::pair<std::string, std::string>::first);
    return it == cell.end() ? nullptr : &it->second;
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
    return std::ranges::find(values, value) != values.end();
}

} // namespace

bool agree(const Cell& a, const Cell& b) {
    return std::ranges::all_of(a, [&](const auto& mine) {
        const std::string* other = value_on(b, mine.first);
        return other == nullptr || *other == mine.second;
    });
}

bool is_among(const Cell& cell, const Area& area) {
    return std::ranges::all_of(area.axes, [&](const auto& axis) {
        const std::string* value = value_on(cell, axis.first);
        return value != nullptr && holds(axis.second, *value);
    });
}

bool is_within(const Area& part, const Area& whole) {
    return std::ranges::all_of(whole.axes, [&](const auto& wide) {
        const auto narrow =
            std::ranges::find_if(part.axes, [&](const auto& axis) { return axis.first == wide.first; });
        return narrow != part.axes.end() // else it means stages without that axis, too
               && std::ranges::all_of(narrow->second,
                                      [&](const std::string& value) { return holds(wide.second, value); });
    });
}

std::vector<Cell> cells_of(const Chain& chain, const Stage& stage) {
    std::vector<Cell> cells{{}};
    for (const Axis& axis : chain.axes) {
        if (!holds(stage.each, axis.name)) continue;
        std::vector<Cell> wider;
        wider.reserve(cells.size() * axis.values.size());
        for (const Cell& cell : cells)
            for (const std::string& value : axis.values) {
                wider.push_back(cell);
                wider.back().emplace_back(axis.name, value);
            }
        cells = std::move(wider);
    }
    std::erase_if(cells, [&](const Cell& cell) {
        return std::ranges::any_of(chain.exclude, [&](const Area& area) { return is_among(cell, area); });
    });
    return cells;
}

Matrix::Matrix(const Chain& chain) : chain_(chain), stages_(chain.stages.size()) {
    for (std::size_t i = 0; i < chain.stages.size(); ++i)
        index_.emplace(chain.stages[i].id, i);
}

void Matrix::add(std::size_t stage, const Cell& cell) {
    stages_[stage].push_back({count_++, cell});
}

std::vector<std::size_t> Matrix::instances(std::size_t stage, const Cell& cell) const {
    std::vector<std::size_t> out;
    for (const Entry& entry : stages_[stage])
        if (agree(cell, entry.cell)) out.push_back(entry.number);
    return out;
}

std::set<std::size_t> Matrix::needed(std::size_t stage, const Cell& cell) const {
    std::set<std::size_t> found;
    std::set<std::size_t> seen;
    collect(stage, cell, found, seen);
    return found;
}

void Matrix::collect(std::size_t stage, const Cell& cell, std::set<std::size_t>& found,
                     std::set<std::size_t>& seen) const {
    for (const std::string& id : chain_.stages[stage].needs) {
        const std::size_t other = index_.at(id);
        if (!seen.insert(other).second) continue;
        const auto some = instances(other, cell);
        found.insert(some.begin(), some.end());
        if (some.empty()) collect(other, cell, found, seen);
    }
}

} // namespace slipway::config
