// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/plan.hpp>
#include <config/matrix.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::chain {

using config::Cell;
using config::Problem;
using config::Problems;
using plugin::Port;

namespace {

bool matches(const Port& output, const std::string& wanted) {
    return std::ranges::any_of(output.types,
                               [&](const auto& type) { return plugin::type_matches(wanted, type); });
}

/// An output port of a stage, whatever the cell.
struct Offer {
    std::size_t chain_stage = 0;
    const Port* port = nullptr;
};

class Wirer {
public:
    explicit Wirer(Plan& plan) : plan_(plan), matrix_(plan.chain) {
        for (const PlannedStage& stage : plan.stages)
            matrix_.add(stage.instance.stage, stage.instance.cell);
    }

    Problems run() {
        for (PlannedStage& stage : plan_.stages)
            wire_stage(stage);
        return std::move(problems_);
    }

private:
    const config::Stage& chain_stage(const PlannedStage& stage) const {
        return plan_.chain.stages[stage.instance.stage];
    }

    std::size_t index_of(const std::string& id) const { return matrix_.stage(id); }

    void problem(const PlannedStage& stage, std::string what, std::string hint) {
        const config::Stage& where = chain_stage(stage);
        // Every cell of a stage has the same trouble: say it once.
        if (!said_.insert(where.id + what).second) return;
        Problem p{plan_.chain.path, where.position, {0, 0}, where.pointer, std::move(what), std::move(hint)};
        if (p.position != support::json::no_position)
            p.place = support::json::place_of(plan_.chain.text, p.position);
        problems_.push_back(std::move(p));
    }

    std::vector<std::size_t> instances(std::size_t stage, const Cell& cell) const {
        return matrix_.instances(stage, cell);
    }

    void wire_stage(PlannedStage& stage) {
        std::set<std::size_t> after = matrix_.needed(stage.instance.stage, stage.instance.cell);
        check_named_ports(stage);
        check_references(stage);
        for (const Port& port : stage.ports.inputs) {
            Wire wire{port.name, {}};
            const auto offers =
                named(stage, port) ? explicit_offers(stage, port) : nearest_offers(stage, port);
            for (const Offer& offer : offers)
                for (const std::size_t i : instances(offer.chain_stage, stage.instance.cell))
                    wire.sources.push_back({i, offer.port->name});
            if (!port.optional && !offers.empty() && wire.sources.empty())
                excluded(stage, "input '" + port.name + "'", offers.front().chain_stage);
            check_count(stage, port, wire);
            for (const Source& source : wire.sources)
                after.insert(source.stage);
            stage.wires.push_back(std::move(wire));
        }
        stage.after.assign(after.begin(), after.end());
    }

    bool named(const PlannedStage& stage, const Port& port) const {
        return std::ranges::any_of(chain_stage(stage).inputs,
                                   [&](const auto& in) { return in.first == port.name; });
    }

    void check_named_ports(const PlannedStage& stage) {
        std::vector<std::string> known;
        for (const Port& port : stage.ports.inputs)
            known.push_back(port.name);
        for (const auto& [name, references] : chain_stage(stage).inputs) {
            if (stage.ports.input(name) != nullptr) continue;
            const auto near = support::nearest(name, known);
            problem(stage, "plugin '" + chain_stage(stage).use + "' has no input '" + name + "'",
                    near            ? "did you mean '" + *near + "'?"
                    : known.empty() ? "it takes no input"
                                    : "it has " + support::join(known, ", "));
        }
    }

    std::vector<Offer> explicit_offers(const PlannedStage& stage, const Port& port) {
        std::vector<Offer> out;
        for (const auto& [name, references] : chain_stage(stage).inputs) {
            if (name != port.name) continue;
            for (const std::string& reference : references) {
                const std::size_t dot = reference.find('.');
                const std::size_t from = index_of(reference.substr(0, dot));
                const auto candidates = instances(from, {});
                if (candidates.empty()) continue; // the chain file's own check has told
                const plugin::Ports& ports = plan_.stages[candidates.front()].ports;
                const std::string wanted = reference.substr(dot + 1);
                if (const Port* output = ports.output(wanted)) {
                    check_type(stage, port, reference, *output);
                    out.push_back({from, output});
                    continue;
                }
                std::vector<std::string> known;
                for (const Port& output : ports.outputs)
                    known.push_back(output.name);
                problem(stage, "input '" + name + "': '" + reference + "' does not exist",
                        known.empty() ? "that stage has no outputs"
                                      : "that stage gives " + support::join(known, ", "));
            }
        }
        return out;
    }

    void check_type(const PlannedStage& stage, const Port& port, const std::string& reference,
                    const Port& output) {
        if (std::ranges::any_of(port.types, [&](const auto& type) { return matches(output, type); })) return;
        problem(stage,
                "input '" + port.name + "' takes " + support::join_or(port.types) + ", but '" + reference
                    + "' gives " + support::join_or(output.types),
                "wire another output, or put a stage between them");
    }

    /// The offers of the nearest stages above that match.
    std::vector<Offer> nearest_offers(const PlannedStage& stage, const Port& port) {
        std::vector<std::string> level = chain_stage(stage).needs;
        std::set<std::string> seen(level.begin(), level.end());
        while (!level.empty()) {
            const std::vector<Offer> offers = matching(stage, level, port);
            if (!offers.empty()) return offers;
            std::vector<std::string> next;
            for (const std::string& id : level)
                for (const std::string& above : plan_.chain.stages[index_of(id)].needs)
                    if (seen.insert(above).second) next.push_back(above);
            level = std::move(next);
        }
        if (!port.optional) missing(stage, port, seen);
        return {};
    }

    std::vector<Offer> matching(const PlannedStage& stage, const std::vector<std::string>& level,
                                const Port& port) {
        const auto collect = [&](const std::vector<std::string>& types) {
            std::vector<Offer> out;
            for (const std::string& id : level) {
                const std::size_t from = index_of(id);
                const auto some = instances(from, {});
                if (some.empty()) continue;
                for (const Port& output : plan_.stages[some.front()].ports.outputs)
                    if (std::ranges::any_of(types, [&](const auto& type) { return matches(output, type); }))
                        out.push_back({from, &output});
            }
            return out;
        };
        if (port.many) return collect(port.types);
        for (const std::string& type : port.types) {
            auto offers = collect({type});
            if (offers.size() == 1) return offers;
            if (offers.size() > 1) {
                ambiguous(stage, port, offers);
                return {offers.front()};
            }
        }
        return {};
    }

    std::string name_of(const Offer& offer) const {
        return plan_.chain.stages[offer.chain_stage].id + "." + offer.port->name;
    }

    void ambiguous(const PlannedStage& stage, const Port& port, const std::vector<Offer>& offers) {
        std::vector<std::string> names;
        for (const Offer& offer : offers)
            names.push_back(name_of(offer));
        problem(stage, "input '" + port.name + "' may take " + support::join_or(names),
                "say which: \"inputs\": {\"" + port.name + "\": \"" + names.front() + "\"}");
    }

    void missing(const PlannedStage& stage, const Port& port, const std::set<std::string>& above) {
        std::vector<std::string> offered;
        for (const std::string& id : above)
            for (const std::size_t i : instances(index_of(id), {}))
                for (const Port& output : plan_.stages[i].ports.outputs)
                    offered.push_back(id + "." + output.name + " (" + support::join(output.types, ", ")
                                      + ")");
        offered.erase(std::unique(offered.begin(), offered.end()), offered.end());
        problem(stage,
                "input '" + port.name + "' takes " + support::join_or(port.types)
                    + ", and no stage above gives that",
                offered.empty() ? "put a stage above it that does"
                                : "above there is " + support::join(offered, ", "));
    }

    /// What it refers to must be there, whatever is excluded.
    void check_references(const PlannedStage& stage) {
        for (const config::RuntimeReference& reference : config::runtime_references(stage.instance.options)) {
            const auto from = std::ranges::find(plan_.chain.stages, reference.stage, &config::Stage::id);
            if (from == plan_.chain.stages.end()) continue;
            const auto index = static_cast<std::size_t>(from - plan_.chain.stages.begin());
            if (instances(index, stage.instance.cell).empty())
                excluded(stage, "'" + reference.text + "'", index);
        }
    }

    void excluded(const PlannedStage& stage, const std::string& what, std::size_t from) {
        problem(stage,
                what + ": every cell of stage '" + plan_.chain.stages[from].id + "' that goes with '"
                    + stage.key() + "' is excluded",
                "exclude that one, too");
    }

    void check_count(const PlannedStage& stage, const Port& port, const Wire& wire) {
        if (port.many || wire.sources.size() < 2) return;
        const std::string& id =
            plan_.chain.stages[plan_.stages[wire.sources.front().stage].instance.stage].id;
        problem(stage,
                "input '" + port.name + "' takes one artifact, but stage '" + id + "' runs in "
                    + std::to_string(wire.sources.size()) + " cells",
                "give this stage the same \"each\" as '" + id + "'");
    }

    Plan& plan_;
    config::Matrix matrix_;
    std::set<std::string> said_;
    Problems problems_;
};

} // namespace

Problems wire(Plan& plan) {
    return Wirer(plan).run();
}

} // namespace slipway::chain
