// SPDX-License-Identifier: GPL-3.0-or-later
//
// SLIPWAY_DETERMINISTIC: the same outputs, whatever the circumstances.
#include "rule.hpp"
#include "trial.hpp"

#include <thread>

namespace slipway::check {

namespace json = support::json;

namespace {

bool applies(const Trial& trial) {
    return trial.stage->has(SLIPWAY_DETERMINISTIC);
}

Verdict compare(const Trial& trial, const Ran& one, const Ran& other) {
    if (!other.failure().empty() || other.status() != trial.sample->ends) return broken(other.outcome());
    const json::Value &a = one.record()["outputs"], &b = other.record()["outputs"];
    if (a == b || !trial.steady) return kept();
    for (const json::Member& port : a.as_object())
        if (!(port.value == b[port.key]))
            return broken("output '" + port.key + "' differs: " + json::dump(port.value) + " and "
                          + json::dump(b[port.key]));
    return broken("the outputs differ");
}

/// The clock must have another second.
void wait_for_next_second() {
    using namespace std::chrono;
    const auto now = system_clock::now();
    std::this_thread::sleep_for(ceil<seconds>(now.time_since_epoch()) - now.time_since_epoch()
                                + milliseconds(10));
}

Verdict again(Trial& trial) {
    if (!applies(trial)) return kept();
    const Ran& one = trial.plain();
    wait_for_next_second();
    Verdict verdict = compare(trial, one, trial.run(RunSettings{}));
    trial.steady = verdict.state == State::kept;
    return verdict;
}

Verdict elsewhere(Trial& trial) {
    if (!applies(trial)) return kept();
    RunSettings settings;
    settings.circumstances = Circumstances::other;
    settings.host.attempt = 2;
    return compare(trial, trial.plain(), trial.run(settings));
}

Verdict cached(Trial& trial) {
    if (!applies(trial)) return kept();
    auto scratch = trial.scratch(Circumstances::usual);
    if (!scratch) return broken(scratch.error().message());
    const Ran one = trial.run(scratch.value(), {});
    return compare(trial, one, trial.run(scratch.value(), {}));
}

Verdict pipes(Trial& trial) {
    RunSettings settings;
    settings.host.pipes = true;
    const Ran ran = trial.run(settings);
    if (!ran.failure().empty() || ran.status() != trial.sample->ends) return broken(ran.outcome());
    return applies(trial) ? compare(trial, trial.plain(), ran) : kept();
}

constexpr Rule rules[] = {
    {"same.again", "DETERMINISTIC: a second run a second later gives the same bytes",
     "no clock (but host->epoch()), no process id, no random numbers, no addresses; or drop the flag",
     Scope::sample, &again},
    {"same.elsewhere",
     "DETERMINISTIC: other paths, order of folders, time zone, locale, umask, environment, one processor",
     "sort what readdir() tells, keep paths out of outputs, use no locale and no local time; or drop the "
     "flag",
     Scope::sample, &elsewhere},
    {"same.cached", "DETERMINISTIC: what is in the cache folder does not change the bytes",
     "key the cache by everything the result depends on", Scope::sample, &cached},
    {"same.pipes", "inputs that come as pipes in small pieces are read whole, outputs may be pipes",
     "read until 0; set SEEKABLE_INPUTS if you must seek; no seeking in an output with \"stream\"",
     Scope::sample, &pipes},
};

} // namespace

std::span<const Rule> same_rules() {
    return rules;
}

} // namespace slipway::check
