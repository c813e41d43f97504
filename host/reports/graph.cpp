// SPDX-License-Identifier: GPL-3.0-or-later
#include "reports/graph.hpp"

#include "session.hpp"

#include <config/matrix.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace slipway::host::reports {

using journal::RunRecord;
using journal::StageRecord;

namespace {

using Before = std::vector<std::set<std::size_t>>;

Before in_a_line(std::size_t count) {
    Before all(count);
    for (std::size_t i = 1; i < count; ++i)
        all[i].insert(i - 1);
    return all;
}

/// What an instance comes after. A stage for the end of the run (`on`) comes after all that are none.
std::set<std::size_t> before_it(const config::Chain& chain, const std::vector<config::Instance>& instances,
                                const config::Matrix& matrix, const config::Instance& it) {
    if (chain.stages[it.stage].on.empty()) return matrix.needed(it.stage, it.cell);
    std::set<std::size_t> steps;
    for (std::size_t i = 0; i < instances.size(); ++i)
        if (chain.stages[instances[i].stage].on.empty()) steps.insert(i);
    return steps;
}

std::optional<Before> by_chain(const RunRecord& run, const std::vector<StageRecord>& stages) {
    auto loaded = config::load_text(run.text, run.path, parse_load_options(run.settings, run.epoch));
    const auto* chain = std::get_if<config::Chain>(&loaded);
    if (chain == nullptr) return {};
    auto expanded = config::expand(*chain);
    const auto* instances = std::get_if<std::vector<config::Instance>>(&expanded);
    if (instances == nullptr) return {};
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < stages.size(); ++i)
        index.emplace(stages[i].key, i);
    config::Matrix matrix(*chain);
    for (const config::Instance& instance : *instances)
        matrix.add(instance.stage, instance.cell);
    Before all(stages.size());
    for (const config::Instance& instance : *instances) {
        const auto to = index.find(instance.key);
        if (to == index.end()) return {};
        for (const std::size_t other : before_it(*chain, *instances, matrix, instance))
            if (const auto from = index.find((*instances)[other].key); from != index.end())
                all[to->second].insert(from->second);
    }
    return all;
}

/// Without what is said through another stage already.
Before reduced(const Before& all) {
    std::vector<std::set<std::size_t>> reach(all.size()); // everything before a stage
    Before out(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const std::size_t j : all[i])
            if (j < i) reach[i].insert(reach[j].begin(), reach[j].end());
        for (const std::size_t j : all[i])
            if (j < i && !reach[i].contains(j)) out[i].insert(j);
        reach[i].insert(all[i].begin(), all[i].end());
    }
    return out;
}

} // namespace

std::vector<std::vector<std::size_t>> before(const RunRecord& run, const std::vector<StageRecord>& stages) {
    const Before all = reduced(by_chain(run, stages).value_or(in_a_line(stages.size())));
    std::vector<std::vector<std::size_t>> out;
    for (const std::set<std::size_t>& some : all)
        out.emplace_back(some.begin(), some.end());
    return out;
}

} // namespace slipway::host::reports
