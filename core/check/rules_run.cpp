// SPDX-License-Identifier: GPL-3.0-or-later
//
// The plain run of a sample case, and how it calls the host.
#include "rule.hpp"
#include "trial.hpp"

namespace slipway::check {

namespace json = support::json;

namespace {

Verdict sample_case(Trial& trial) {
    if (trial.needs_root()) return not_tried("the case needs root, which the check does not give");
    const Ran& ran = trial.plain();
    if (ran.failure().empty() && ran.status() == trial.sample->ends) return kept();
    return broken(ran.outcome() + "; the case says that it ends with " + status_name(trial.sample->ends));
}

Verdict told(Trial& trial) {
    const Ran& ran = trial.plain();
    if (ran.status() >= SLIPWAY_OK || ran.status() == SLIPWAY_CANCELLED) return kept();
    for (const json::Value& report : ran.record()["reports"].as_array())
        if (report["severity"].as_integer() == SLIPWAY_ERROR) return kept();
    return broken(ran.outcome() + ", and nothing was reported");
}

Verdict outputs(Trial& trial) {
    const Ran& ran = trial.plain();
    if (ran.status() != SLIPWAY_OK) return kept();
    for (const plugin::Port& port : trial.stage->ports.outputs)
        if (!port.optional && !port.many && ran.record()["outputs"][port.name].as_array().empty())
            return broken("run() ended with ok, and the output '" + port.name + "' was not made");
    return kept();
}

template <const char* const& Id>
Verdict no_breach(Trial& trial) {
    const std::string what = breach_of(trial.plain().record(), Id);
    return what.empty() ? kept() : broken(what);
}

constexpr const char* texts = "calls.texts";
constexpr const char* style = "calls.style";
constexpr const char* phase = "calls.phase";
constexpr const char* thread = "calls.thread";

Verdict memory(Trial& trial) {
    const std::int64_t limit = trial.stage->capabilities.memory_mb;
    const std::int64_t used = trial.plain().child.peak_kb / 1024;
    if (limit == 0 || used <= limit) return kept();
    return broken("used " + std::to_string(used) + " MB, declares " + std::to_string(limit));
}

/// Seen, but not declared.
Verdict undeclared(const Trial& trial, const Ran& ran, const std::vector<std::string>& seen, bool declared,
                   const std::string& what) {
    if (trial.options().in_process) return not_tried("nobody watches with --in-process");
    if (!ran.child.observed.watched) return not_tried("this machine cannot watch system calls (seccomp)");
    return declared || seen.empty() ? kept() : broken(what + seen.front());
}

plugin::Capabilities may(const Trial& trial) {
    return plugin::capabilities_of(trial.stage->capabilities, trial.sample->with);
}

Verdict network(Trial& trial) {
    const Ran& ran = trial.plain();
    return undeclared(trial, ran, ran.child.observed.sockets, may(trial).network, "opened ");
}

Verdict exec(Trial& trial) {
    const Ran& ran = trial.plain();
    return undeclared(trial, ran, ran.child.observed.programs, may(trial).exec, "started ");
}

Verdict files(Trial& trial) {
    const Ran& ran = trial.plain();
    return undeclared(trial, ran, ran.child.observed.changes, false, "tried to change ");
}

constexpr Rule rules[] = {
    {"run.case", "the sample case ends as it says", "mend the stage, or the case", Scope::sample,
     &sample_case, Breaks::sample},
    {"run.told", "a failure is explained", "call host->report() before you return it", Scope::sample, &told},
    {"run.outputs", "every output is made that is not optional", "commit it, or declare \"optional\": true",
     Scope::sample, &outputs},
    {"calls.texts", "texts are UTF-8 and not NULL, levels, codes and counts are possible",
     "see the function's comment in stage.h", Scope::sample, &no_breach<texts>},
    {"calls.style", "a report's summary is one line without a full stop",
     "subject, then cause; more goes into detail and hint", Scope::sample, &no_breach<style>},
    {"calls.phase", "inputs, outputs, secrets and effects are used in run() only", "move the call to run()",
     Scope::sample, &no_breach<phase>},
    {"calls.thread", "only functions marked [any] are called on other threads",
     "call it on the thread that called run()", Scope::sample, &no_breach<thread>},
    {"capabilities.network", "no network without the capability \"network\"", "declare \"network\": true",
     Scope::sample, &network},
    {"capabilities.exec", "no programs without the capability \"exec\"", "declare \"exec\": true",
     Scope::sample, &exec},
    {"capabilities.files", "nothing is changed but work and cache folder and what options name",
     "use host->work_dir(); \"slipwayPath\": \"write\" for what the user names", Scope::sample, &files},
    {"capabilities.memory", "no more memory than \"memory_mb\"", "stream, or declare more", Scope::sample,
     &memory},
};

} // namespace

std::span<const Rule> run_rules() {
    return rules;
}

} // namespace slipway::check
