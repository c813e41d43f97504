// SPDX-License-Identifier: GPL-3.0-or-later
#include "rule.hpp"
#include "trial.hpp"

#include <plugin/loader.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>

namespace slipway::check {

using support::Error;
using support::Kind;
using Clock = std::chrono::steady_clock;

namespace {

class Checker {
public:
    Checker(const Options& options, std::vector<Sample> samples)
        : options_(options), samples_(std::move(samples)), rules_(all_rules()), trial_(options) {
        trial_.samples = &samples_;
    }

    support::Result<Report> check() {
        report_.plugin = options_.plugin;
        report_.seed = options_.seed;
        read_file();
        tell(Scope::file, "");
        if (!loading_broken_.empty()) return skip_rest(Scope::plugin, "", loading_broken_);
        SLIPWAY_TRY(load());
        tell(Scope::plugin, "");
        if (!loading_broken_.empty()) return skip_rest(Scope::stage, "", loading_broken_);
        SLIPWAY_TRY(check_case_stages());
        for (const plugin::StageType& type : trial_.description.stages)
            SLIPWAY_TRY(check_stage(type));
        return std::move(report_);
    }

private:
    void read_file() {
        if (auto elf = read_elf(options_.plugin)) trial_.elf = std::move(elf).value();
    }

    /// The description is needed by the rules of what follows; whether it loads is a rule of its own.
    support::Result<void> load() {
        ChildSetup setup;
        const auto child =
            trial_.child(setup, [&](const Note& note) { return describe(options_.plugin, note); });
        if (const auto* found = child.value.find("description")) {
            SLIPWAY_TRY_ASSIGN(trial_.description, plugin::parse_description(*found));
        }
        return {};
    }

    support::Result<void> check_case_stages() const {
        for (const Sample& sample : samples_) {
            const auto& stages = trial_.description.stages;
            if (sample.stage.empty() && stages.size() == 1) continue;
            if (std::ranges::find(stages, sample.stage, &plugin::StageType::id) == stages.end())
                return Error{Kind::config,
                             "case '" + sample.name + "': the plugin has no stage type '" + sample.stage
                                 + "'",
                             "\"stage\" names one of it"};
        }
        return {};
    }

    support::Result<void> check_stage(const plugin::StageType& type) {
        const std::string subject = "stage '" + type.id + "'";
        stage_broken_.clear();
        trial_.stage = &type;
        auto schema = config::Schema::parse(type.schema);
        trial_.schema = schema ? &schema.value() : nullptr;
        tell(Scope::stage, subject);
        bool any = false;
        for (const Sample& sample : samples_) {
            if (!trial_.is_of_stage(sample)) continue;
            any = true;
            sample_broken_ = stage_broken_;
            trial_.next_sample(&sample);
            tell(Scope::sample, "case '" + sample.name + "'");
        }
        if (!any) {
            trial_.next_sample(nullptr);
            sample_broken_ = stage_broken_.empty() ? "no sample case (give one with --case)" : stage_broken_;
            tell(Scope::sample, subject);
        }
        return {};
    }

    /// Try every rule of this scope.
    void tell(Scope scope, const std::string& subject) {
        // A rule that breaks others is tried for their sake, but not for nothing.
        const auto matters = [&](const Rule& rule) { return rule.scope >= scope && wanted(rule); };
        if (std::ranges::none_of(rules_, matters)) return;
        for (const Rule& rule : rules_) {
            if (rule.scope != scope) continue;
            if (is_interrupted() || (rule.breaks == Breaks::nothing && !wanted(rule))) continue;
            const auto begin = Clock::now();
            const Verdict verdict = judge(rule);
            const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
            note_breaks(rule, verdict);
            if (!wanted(rule)) continue;
            const bool is_broken = verdict.state == State::broken;
            report_.results.push_back(
                {rule.id, subject, verdict.state, verdict.what, is_broken ? rule.fix : "", took});
        }
    }

    Verdict judge(const Rule& rule) {
        const std::string& obstacle = rule.scope == Scope::sample  ? sample_broken_
                                      : rule.scope == Scope::stage ? stage_broken_
                                                                   : loading_broken_;
        if (rule.scope != Scope::file && !obstacle.empty()) return not_tried(obstacle);
        try {
            return rule.judge(trial_);
        } catch (const std::exception& e) {
            return not_tried(std::string("the check failed: ") + e.what());
        }
    }

    void note_breaks(const Rule& rule, const Verdict& verdict) {
        if (verdict.state == State::kept || rule.breaks == Breaks::nothing) return;
        const std::string text =
            verdict.state == State::broken ? std::string("'") + rule.id + "' is broken" : verdict.what;
        std::string& obstacle = rule.breaks == Breaks::loading ? loading_broken_
                                : rule.breaks == Breaks::stage ? stage_broken_
                                                               : sample_broken_;
        if (obstacle.empty()) obstacle = text;
    }

    /// The plugin cannot be tried any further.
    Report skip_rest(Scope from, const std::string& subject, const std::string& why) {
        for (const Rule& rule : rules_)
            if (rule.scope >= from && wanted(rule))
                report_.results.push_back({rule.id, subject, State::not_tried, why, "", {}});
        return std::move(report_);
    }

    bool wanted(const Rule& rule) const {
        return std::string_view(rule.id).find(options_.filter) != std::string_view::npos;
    }

    const Options& options_;
    const std::vector<Sample> samples_;
    const std::vector<Rule> rules_;
    Trial trial_;
    Report report_;
    std::string loading_broken_, stage_broken_, sample_broken_;
};

} // namespace

std::size_t Report::count(State state) const {
    return static_cast<std::size_t>(std::ranges::count(results, state, &Result::state));
}

support::Result<Report> check_plugin(const Options& given) {
    Options options = given;
    options.plugin = std::filesystem::absolute(given.plugin).lexically_normal().string();
    if (!std::filesystem::is_regular_file(options.plugin))
        return Error{Kind::not_found, "'" + given.plugin + "': no such file", "name the plugin's .so"};
    const auto texts = rule_texts();
    if (std::ranges::none_of(
            texts, [&](const RuleText& rule) { return rule.id.find(options.filter) != std::string::npos; }))
        return Error{Kind::config, "no rule has '" + support::printable(options.filter) + "' in its id",
                     "slipway check --list"};
    std::vector<Sample> samples;
    for (const std::string& path : options.cases) {
        SLIPWAY_TRY_ASSIGN(std::vector<Sample> more, read_samples(path));
        samples.insert(samples.end(), more.begin(), more.end());
    }
    if (!options.in_process) end_on_signals();
    auto report = Checker(options, std::move(samples)).check();
    if (is_interrupted()) return Error{Kind::cancelled, "cancelled"};
    return report;
}

} // namespace slipway::check
