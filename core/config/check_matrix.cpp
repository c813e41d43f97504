// SPDX-License-Identifier: GPL-3.0-or-later
#include "check_matrix.hpp"

#include "words.hpp"

#include <config/matrix.hpp>
#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;
using json::Value;

namespace {

bool holds(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

std::string hint_for(const std::string& word, const std::vector<std::string>& known, const char* what) {
    const std::string near = did_you_mean(word, known);
    if (!near.empty()) return near;
    return known.empty() ? "the chain has no 'variants'"
                         : fmt::format("the {} are {}", what, support::join(known, ", "));
}

class MatrixChecker {
public:
    MatrixChecker(const Value& root, const Chain& chain, Report& report)
        : root_(root), chain_(chain), report_(report) {
        for (const Axis& axis : chain.axes)
            axes_.push_back(axis.name);
    }

    void run() {
        const json::Array& exclude = root_["exclude"].as_array();
        for (std::size_t i = 0; i < exclude.size(); ++i)
            if (area(exclude[i], fmt::format("/exclude/{}", i))) excluded(i, exclude[i]);
        const json::Array& stages = root_["stages"].as_array();
        for (std::size_t i = 0; i < stages.size(); ++i)
            stage(stages[i], chain_.stages[i]);
    }

private:
    void unknown_axis(const std::string& pointer, std::size_t position, const std::string& name) {
        report_.add(pointer, position, fmt::format("unknown axis '{}'", name), hint_for(name, axes_, "axes"));
    }

    /// Says what an area names that is not there. False: something.
    bool area(const Value& value, const std::string& pointer) {
        bool good = !value.as_object().empty();
        for (const json::Member& member : value.as_object()) {
            const std::string there = pointer + "/" + json::pointer_token(member.key);
            const auto axis = std::ranges::find(chain_.axes, member.key, &Axis::name);
            if (axis == chain_.axes.end()) {
                unknown_axis(there, member.key_position, member.key);
                good = false;
                continue;
            }
            if (member.value.is_string()) good = is_value(*axis, member.value, there) && good;
            const json::Array& list = member.value.as_array();
            for (std::size_t i = 0; i < list.size(); ++i)
                good = is_value(*axis, list[i], fmt::format("{}/{}", there, i)) && good;
        }
        return good;
    }

    bool is_value(const Axis& axis, const Value& value, const std::string& pointer) {
        if (!value.is_string()) return false; // the schema has told
        if (holds(axis.values, value.as_string())) return true;
        report_.add(pointer, value.position(),
                    fmt::format("axis '{}' has no value '{}'", axis.name, value.as_string()),
                    hint_for(value.as_string(), axis.values, "values"));
        return false;
    }

    /// An exclusion that takes nothing out is a mistake.
    void excluded(std::size_t number, const Value& value) {
        const std::string pointer = fmt::format("/exclude/{}", number);
        const Area& own = chain_.exclude[number];
        for (std::size_t i = 0; i < chain_.exclude.size(); ++i) {
            const bool same = i > number && is_within(chain_.exclude[i], own);
            if (i == number || same || !is_within(own, chain_.exclude[i])) continue;
            return report_.add(pointer, value.position(),
                               fmt::format("these cells are excluded by /exclude/{} already", i),
                               "leave one of them out");
        }
        const bool met = std::ranges::any_of(chain_.stages, [&](const Stage& stage) {
            return std::ranges::all_of(own.axes,
                                       [&](const auto& axis) { return holds(stage.each, axis.first); });
        });
        if (!met)
            report_.add(pointer, value.position(), "no stage has such cells",
                        "each axis named here must be in the \"each\" of a stage, all in the same one");
    }

    void stage(const Value& value, const Stage& stage) {
        const json::Array& each = value["each"].as_array();
        for (std::size_t i = 0; i < each.size(); ++i)
            if (each[i].is_string() && !holds(axes_, each[i].as_string()))
                unknown_axis(fmt::format("{}/each/{}", stage.pointer, i), each[i].position(),
                             each[i].as_string());
        if (chain_.exclude.empty() && stage.vary.empty()) return;
        const std::vector<Cell> cells = cells_of(chain_, stage);
        if (cells.empty() && !chain_.exclude.empty())
            return report_.add(stage.pointer, stage.position, "every cell of the stage is excluded",
                               "take the stage out, or less into 'exclude'");
        const json::Array& vary = value["vary"].as_array();
        for (std::size_t i = 0; i < vary.size(); ++i)
            if (variation(vary[i]["for"], fmt::format("{}/vary/{}/for", stage.pointer, i), stage)
                && some(vary[i]["for"], i, stage, cells))
                hidden(vary[i]["with"], i, stage, cells);
    }

    /// The cells of a variation are cells of the stage.
    bool variation(const Value& value, const std::string& pointer, const Stage& stage) {
        bool good = area(value, pointer);
        for (const json::Member& member : value.as_object()) {
            if (!holds(axes_, member.key) || holds(stage.each, member.key)) continue;
            report_.add(pointer + "/" + json::pointer_token(member.key), member.key_position,
                        fmt::format("stage '{}' does not run for each '{}'", stage.id, member.key),
                        fmt::format("add \"each\": [\"{}\"] to the stage", member.key));
            good = false;
        }
        return good;
    }

    bool some(const Value& value, std::size_t number, const Stage& stage, const std::vector<Cell>& cells) {
        if (std::ranges::any_of(cells,
                                [&](const Cell& cell) { return is_among(cell, stage.vary[number].cells); }))
            return true;
        report_.add(fmt::format("{}/vary/{}/for", stage.pointer, number), value.position(),
                    "every cell that this is for is excluded", "take it out, or less into 'exclude'");
        return false;
    }

    /// An option that a variation below gives to all its cells never counts.
    void hidden(const Value& with, std::size_t number, const Stage& stage, const std::vector<Cell>& cells) {
        for (std::size_t later = number + 1; later < stage.vary.size(); ++later) {
            const bool all = std::ranges::all_of(cells, [&](const Cell& cell) {
                return !is_among(cell, stage.vary[number].cells) || is_among(cell, stage.vary[later].cells);
            });
            for (const json::Member& member : with.as_object())
                if (all && stage.vary[later].with.find(member.key) != nullptr)
                    report_.add(
                        stage.vary[number].pointer + "/" + json::pointer_token(member.key),
                        member.key_position,
                        fmt::format("'{}' never counts: /vary/{} of this stage gives it to all these cells",
                                    member.key, later),
                        "leave it out, or put that one above");
        }
    }

    const Value& root_;
    const Chain& chain_;
    Report& report_;
    std::vector<std::string> axes_;
};

} // namespace

void check_matrix(const Value& root, const Chain& chain, Report& report) {
    MatrixChecker(root, chain, report).run();
}

} // namespace slipway::config
