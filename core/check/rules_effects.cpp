// SPDX-License-Identifier: GPL-3.0-or-later
//
// Effects: dry runs have none, each is declared, and the second run finds what the first did.
#include "rule.hpp"
#include "trial.hpp"

#include <map>

namespace slipway::check {

namespace json = support::json;

namespace {

Verdict dry_run(Trial& trial) {
    if (!trial.stage->has(SLIPWAY_DRY_RUN)) return kept();
    auto scratch = trial.scratch(Circumstances::usual);
    if (!scratch) return broken(scratch.error().message());
    auto before = scratch.value().digest();
    RunSettings settings;
    settings.host.dry_run = true;
    const Ran ran = trial.run(scratch.value(), settings);
    auto after = scratch.value().digest();
    if (!ran.failure().empty()) return broken(ran.failure());
    if (trial.sample->ends >= SLIPWAY_OK && ran.status() < SLIPWAY_OK) return broken(ran.outcome());
    if (!before || !after) return not_tried("the case's world cannot be read");
    return before.value() == after.value() ? kept() : broken("a dry run changed the case's world");
}

Verdict declared(Trial& trial) {
    const Ran& ran = trial.plain();
    if (ran.status() < SLIPWAY_OK) return kept(); // what has failed is not done
    std::map<std::string, int> open;
    for (const json::Value& effect : ran.record()["effects"].as_array()) {
        const std::string target = effect["kind"].as_string() + " of '" + effect["target"].as_string() + "'";
        const auto state = effect["state"].as_integer();
        if (state == SLIPWAY_EFFECT_PLANNED) return broken(target + " is planned, and this is no dry run");
        if (state == SLIPWAY_EFFECT_STARTED) ++open[target];
        if (state == SLIPWAY_EFFECT_DONE && --open[target] < 0)
            return broken(target + " is done, and was not started");
        if (state == SLIPWAY_EFFECT_SKIPPED) open[target] = 0;
    }
    for (const auto& [target, count] : open)
        if (count > 0 && ran.status() == SLIPWAY_OK) return broken(target + " was started, and is not done");
    return kept();
}

Verdict twice(Trial& trial) {
    if (!trial.stage->has(SLIPWAY_IDEMPOTENT)) return kept();
    auto scratch = trial.scratch(Circumstances::usual);
    if (!scratch) return broken(scratch.error().message());
    (void)trial.run(scratch.value(), {});
    auto before = scratch.value().digest();
    RunSettings settings;
    settings.host.attempt = 2;
    const Ran ran = trial.run(scratch.value(), settings);
    auto after = scratch.value().digest();
    if (!ran.failure().empty() || ran.status() != trial.sample->ends)
        return broken("the second run " + ran.outcome());
    if (!before || !after) return not_tried("the case's world cannot be read");
    return before.value() == after.value() ? kept()
                                           : broken("the second run changed what the first had made");
}

constexpr Rule rules[] = {
    {"effects.dry-run", "DRY_RUN: a dry run changes nothing",
     "ask for SLIPWAY_JOB_DRY_RUN before every effect", Scope::sample, &dry_run},
    {"effects.declared", "an effect is STARTED before it is DONE, or SKIPPED",
     "declare both, around the effect", Scope::sample, &declared},
    {"effects.twice", "IDEMPOTENT: running twice leaves the world as running once",
     "look first whether it is done already; or drop the flag", Scope::sample, &twice},
};

} // namespace

std::span<const Rule> effect_rules() {
    return rules;
}

} // namespace slipway::check
