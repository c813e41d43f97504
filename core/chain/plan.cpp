// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/plan.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace slipway::chain {

namespace json = support::json;
using config::Problem;
using config::Problems;

namespace {

constexpr std::int64_t default_timeout_s = 3600;

class Planner {
public:
    Planner(config::Chain chain, const Catalog& catalog) : catalog_(catalog) {
        plan_.chain = std::move(chain);
    }

    std::variant<Plan, Problems> run() {
        auto expanded = config::expand(plan_.chain);
        if (auto* problems = std::get_if<Problems>(&expanded)) return std::move(*problems);
        for (config::Instance& instance : std::get<0>(expanded))
            add(std::move(instance));
        if (!problems_.empty()) return std::move(problems_);
        if (Problems unwired = wire(plan_); !unwired.empty()) return unwired;
        return std::move(plan_);
    }

private:
    void problem(const config::Stage& stage, const std::string& below, std::string what, std::string hint) {
        if (!said_.insert(stage.id + below + what).second) return;
        Problem p{plan_.chain.path,      stage.position,  {0, 0},
                  stage.pointer + below, std::move(what), std::move(hint)};
        if (p.position != json::no_position) p.place = json::place_of(plan_.chain.text, p.position);
        problems_.push_back(std::move(p));
    }

    /// Of an option of one cell.
    void option_problem(const config::Instance& instance, const std::string& pointer, std::size_t position,
                        std::string what, std::string hint) {
        say({config::problem_at(plan_.chain, config::pointer_in(plan_.chain, instance, pointer), position,
                                std::move(what), std::move(hint))});
    }

    void unknown_plugin(const config::Stage& stage) {
        std::vector<std::string> known;
        for (const auto& [id, entry] : catalog_.entries())
            known.push_back(id);
        const auto near = support::nearest(stage.use, known);
        std::string hint = "slipway stages lists what there is";
        if (near) hint = "did you mean '" + *near + "'?";
        for (const support::Error& failure : catalog_.failures())
            if (failure.what.find("/" + stage.use + ".so'") != std::string::npos) hint = failure.message();
        problem(stage, "/use", "no plugin offers the stage type '" + stage.use + "'", hint);
    }

    const config::Schema* schema_of(const CatalogEntry& entry, const config::Stage& stage) {
        auto& schemas = plan_.schemas;
        if (const auto it = schemas.find(entry.type.id); it != schemas.end()) return &it->second;
        auto schema = config::Schema::parse(entry.type.schema);
        if (schema) return &schemas.emplace(entry.type.id, std::move(schema).value()).first->second;
        problem(stage, "/use", "plugin '" + entry.path + "': config_schema: " + schema.error().what,
                "tell the plugin's author");
        return nullptr;
    }

    void add(config::Instance instance) {
        const config::Stage& stage = plan_.chain.stages[instance.stage];
        const CatalogEntry* entry = catalog_.find(stage.use);
        if (entry == nullptr) return unknown_plugin(stage);
        PlannedStage planned;
        planned.plugin = entry;
        planned.overridden = stage.overridden_use;
        planned.on = stage.on;
        planned.mocked = stage.use == "mock";
        if (planned.mocked) adopt(instance, planned);
        const config::Schema* schema = schema_of(*entry, stage);
        if (schema == nullptr) return;
        say(config::validate_options(plan_.chain, instance, *schema));
        planned.schema = schema;
        planned.folder = stage.options_file.empty() ? plan_.chain.folder : folder_of(stage.options_file);
        config::complete_options(instance.options, *schema, planned.folder);
        planned.secrets = secrets_of(instance.options, planned);
        planned.timeout_s = stage.timeout_s.value_or(
            entry->type.capabilities.timeout_s > 0 ? entry->type.capabilities.timeout_s : default_timeout_s);
        planned.ports = ports_of(*entry, instance);
        same_ports(planned, instance);
        planned.instance = std::move(instance);
        plan_.stages.push_back(std::move(planned));
    }

    static std::string folder_of(const std::string& file) {
        return std::filesystem::absolute(file).lexically_normal().parent_path().string();
    }

    void say(Problems bad) {
        for (Problem& p : bad)
            if (said_.insert(p.message()).second) problems_.push_back(std::move(p));
    }

    /// A mock in another stage's place has that stage's description: its ports, which may depend on its
    /// options, and their schema. So wiring and options stay checked.
    void adopt(config::Instance& instance, PlannedStage& planned) {
        const config::Stage& stage = plan_.chain.stages[instance.stage];
        const CatalogEntry* original = catalog_.find(stage.overridden_use);
        if (original == nullptr) return;
        config::Instance as_it_was = instance;
        if (json::Value* options = instance.options.at_pointer(config::replaced_pointer)) {
            planned.replaced = schema_of(*original, stage);
            if (planned.replaced == nullptr) return;
            for (const Problem& p : planned.replaced->validate(*options))
                option_problem(instance, config::replaced_pointer + p.pointer, p.position, p.what, p.hint);
            config::complete_options(*options, *planned.replaced, plan_.chain.folder);
            as_it_was.options = *options;
        }
        if (instance.options.find("ports") != nullptr) return;
        plugin::Ports ports = ports_of(*original, as_it_was);
        ports.declared_by.clear();
        instance.options.set("ports", plugin::to_json(ports));
    }

    /// A mock needs no secrets of the stage it stands in for.
    static std::vector<std::string> secrets_of(json::Value options, const PlannedStage& stage) {
        if (stage.replaced != nullptr) options.remove("replaces");
        return config::secret_names(options);
    }

    plugin::Ports ports_of(const CatalogEntry& entry, const config::Instance& instance) {
        const plugin::Ports& fixed = entry.type.ports;
        const json::Value* declared =
            fixed.declared_by.empty() ? nullptr : instance.options.at_pointer(fixed.declared_by);
        if (declared == nullptr || !declared->is_object()) return fixed;
        auto ports = plugin::parse_ports(*declared);
        if (ports) return std::move(ports).value();
        option_problem(instance, fixed.declared_by, declared->position(), ports.error().what,
                       ports.error().hint);
        return fixed;
    }

    /// Wiring goes by stages: what one gives is the same in every cell.
    void same_ports(const PlannedStage& planned, const config::Instance& instance) {
        if (plan_.stages.empty() || plan_.stages.back().instance.stage != instance.stage) return;
        const PlannedStage& other = plan_.stages.back();
        if (plugin::to_json(other.ports)["outputs"] == plugin::to_json(planned.ports)["outputs"]) return;
        problem(plan_.chain.stages[instance.stage], "",
                "its outputs in '" + instance.key + "' are not those in '" + other.key() + "'",
                "give all cells the same 'ports'");
    }

    const Catalog& catalog_;
    Plan plan_;
    std::set<std::string> said_;
    Problems problems_;
};

} // namespace

bool Plan::mocked() const {
    return std::ranges::any_of(stages, &PlannedStage::mocked);
}

Plan only_stages(Plan plan, const std::set<std::size_t>& wanted) {
    std::map<std::size_t, std::size_t> place; // old to new
    std::vector<PlannedStage> kept;
    for (const std::size_t i : wanted) {
        place.emplace(i, kept.size());
        kept.push_back(std::move(plan.stages[i]));
    }
    for (PlannedStage& stage : kept) {
        for (std::size_t& index : stage.after)
            index = place.at(index);
        for (Wire& wire : stage.wires)
            for (Source& source : wire.sources)
                source.stage = place.at(source.stage);
    }
    plan.stages = std::move(kept);
    return plan;
}

std::variant<Plan, Problems> make_plan(config::Chain chain, const Catalog& catalog) {
    return Planner(std::move(chain), catalog).run();
}

} // namespace slipway::chain
