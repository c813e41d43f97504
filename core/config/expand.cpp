// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.hpp"
#include "variables.hpp"

#include <config/matrix.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;

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

std::string key_of(const Stage& stage, const Cell& cell) {
    std::string key = stage.id;
    for (const auto& [axis, value] : cell)
        key.append(&axis == &cell.front().first ? "[" : ",").append(axis).append("=").append(value);
    return cell.empty() ? key : key + "]";
}

/// Where the stage's own options are among those of the plugin that does it.
std::string own_options(const Stage& stage) {
    const bool stands_in =
        stage.use == "mock" && !stage.overridden_use.empty() && stage.overridden_use != "mock";
    const json::Value* own = stage.with.at_pointer(replaced_pointer);
    return stands_in && own != nullptr && own->is_object() ? replaced_pointer : "";
}

void put(json::Object& options, json::Member option) {
    const auto it = std::ranges::find(options, option.key, &json::Member::key);
    it == options.end() ? options.push_back(std::move(option)) : void(*it = std::move(option));
}

/// Puts the options of the instance's cell in place of the stage's.
void vary(const Stage& stage, Expansion& expansion, Instance& instance) {
    const std::string above = own_options(stage);
    for (const Variation& variation : stage.vary) {
        if (!is_among(instance.cell, variation.cells)) continue;
        json::Value with = variation.with;
        expansion.expand(with, variation.pointer);
        json::Value* options = instance.options.at_pointer(above);
        for (json::Member& member : with.object()) {
            const std::string below = "/" + json::pointer_token(member.key);
            instance.varied[above + below] = variation.pointer + below;
            put(options->object(), std::move(member));
        }
    }
}

} // namespace

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
            Expansion expansion(chain, &stage, instance.cell, listener);
            expansion.expand(instance.options, pointer);
            vary(stage, expansion, instance);
        }
    }
    if (!report.problems().empty()) return report.problems();
    return instances;
}

std::string pointer_in(const Chain& chain, const Instance& instance, const std::string& pointer) {
    for (const auto& [option, there] : instance.varied)
        if (is_at_or_below(pointer, option)) return there + pointer.substr(option.size());
    return chain.stages[instance.stage].pointer + "/with" + pointer;
}

} // namespace slipway::config
