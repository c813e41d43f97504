// SPDX-License-Identifier: GPL-3.0-or-later
//
// Faults: every host call that can fail does, once; disks are full, inputs and secrets are missing, the user
// cancels.
#include "rule.hpp"
#include "trial.hpp"

#include <algorithm>

namespace slipway::check {

namespace json = support::json;

namespace {

/// More calls than this are not failed one by one, but some of them.
constexpr std::int64_t most_calls = 60;

/// How long a stage may take to end once it is cancelled.
constexpr std::int64_t cancel_limit_ms = 1000;

std::string ended(const Ran& ran) {
    return ran.failure().empty() ? ran.outcome() : ran.failure();
}

Verdict failing_calls(Trial& trial, slipway_status status) {
    const std::int64_t count = trial.plain().record()["fallible"].as_integer();
    const std::int64_t step = 1 + count / most_calls;
    for (std::int64_t n = 1; n <= count; n += step) {
        RunSettings settings;
        settings.host.fail_call = static_cast<int>(n);
        settings.host.fail_with = status;
        const Ran ran = trial.run(settings);
        const std::string& call = ran.record()["failed_call"].as_string();
        const std::string before = "call " + std::to_string(n) + " failed with " + status_name(status)
                                   + (call.empty() ? "" : ", " + call) + ": ";
        if (!ran.failure().empty()) return broken(before + ran.failure());
        if (call.empty()) continue; // another run has made fewer calls
        if (ran.status() != status) return broken(before + "run() ended with " + status_name(ran.status()));
    }
    return kept();
}

Verdict call_io(Trial& trial) {
    return failing_calls(trial, SLIPWAY_IO);
}

Verdict call_resource(Trial& trial) {
    return failing_calls(trial, SLIPWAY_RESOURCE);
}

/// Reads or writes fail from the first, then from the second on.
Verdict failing_artifacts(Trial& trial, int RunSettings::*which, const std::string& what) {
    if (trial.options().in_process) return not_tried("nobody watches with --in-process");
    for (const int from : {1, 2, 3}) {
        RunSettings settings;
        settings.*which = from;
        const Ran ran = trial.run(settings);
        if (!ran.child.observed.watched) return not_tried("this machine cannot watch system calls (seccomp)");
        const std::string before = what + " failed from the " + std::to_string(from) + ". on: ";
        if (!ran.failure().empty()) return broken(before + ran.failure());
        if (!ran.child.observed.failed) break;
        if (ran.status() >= SLIPWAY_OK)
            return broken(before + "run() ended with " + status_name(ran.status()));
        bool told = ran.status() == SLIPWAY_CANCELLED;
        for (const json::Value& report : ran.record()["reports"].as_array())
            told = told || report["severity"].as_integer() == SLIPWAY_ERROR;
        if (!told)
            return broken(before + "run() ended with " + status_name(ran.status())
                          + ", and reported nothing");
    }
    return kept();
}

Verdict reads(Trial& trial) {
    return failing_artifacts(trial, &RunSettings::fail_read, "reading inputs");
}

Verdict writes(Trial& trial) {
    return failing_artifacts(trial, &RunSettings::fail_write, "writing outputs");
}

Verdict no_input(Trial& trial) {
    bool needed = false;
    for (const plugin::Port& port : trial.stage->ports.inputs)
        needed = needed || (!port.optional && !port.many && trial.sample->inputs.contains(port.name));
    RunSettings settings;
    settings.host.inputs = false;
    const Ran ran = trial.run(settings);
    if (!ran.failure().empty()) return broken(ran.failure());
    return needed && ran.status() >= SLIPWAY_OK ? broken("run() ended with " + status_name(ran.status()))
                                                : kept();
}

Verdict no_secret(Trial& trial) {
    bool asks = false;
    for (const json::Value& call : trial.plain().record()["calls"].as_array())
        asks = asks || call["call"].as_string().starts_with("secret_get(");
    if (!asks) return kept();
    RunSettings settings;
    settings.host.secrets = false;
    const Ran ran = trial.run(settings);
    return ran.failure().empty() && ran.status() == SLIPWAY_AUTH ? kept() : broken(ended(ran));
}

/// Cancelled at `at_ms`, run() has to end soon.
Verdict cancel_at(Trial& trial, int at_ms) {
    RunSettings settings;
    settings.host.cancel_at = at_ms;
    const Ran ran = trial.run(settings);
    if (!ran.failure().empty()) return broken(ran.failure());
    const std::int64_t late = ran.record()["ms"].as_integer() - at_ms;
    if (late <= cancel_limit_ms) return kept();
    return broken("run() went on for " + std::to_string(late) + " ms"
                  + (ran.record()["told"].as_bool() ? "" : " and did not ask cancelled()"));
}

/// Told so when it asked for the n-th time, it has to end with CANCELLED, and soon.
Verdict cancel_question(Trial& trial, std::int64_t n) {
    RunSettings settings;
    settings.host.cancel_question = static_cast<int>(n);
    const Ran ran = trial.run(settings);
    const std::string before = "cancelled() said yes at question " + std::to_string(n) + ", and ";
    if (!ran.failure().empty()) return broken(before + ran.failure());
    if (!ran.record()["told"].as_bool()) return kept(); // it has asked less often this time
    const std::int64_t late = ran.record()["ms"].as_integer() - ran.record()["told_ms"].as_integer();
    if (late > cancel_limit_ms) return broken(before + "run() went on for " + std::to_string(late) + " ms");
    return ran.status() < SLIPWAY_OK ? kept()
                                     : broken(before + "run() ended with " + status_name(ran.status()));
}

Verdict cancel_before(Trial& trial) {
    return cancel_at(trial, 0);
}

Verdict cancel_during(Trial& trial) {
    const json::Value& plain = trial.plain().record();
    const auto whole = static_cast<int>(plain["ms"].as_integer());
    if (Verdict verdict = cancel_at(trial, std::max(50, whole / 2)); verdict.state != State::kept)
        return verdict;
    // The first is that of cancel.before; at the last there may be nothing left to stop.
    const std::int64_t asked = plain["asked"].as_integer();
    for (const std::int64_t n : {std::int64_t{2}, asked / 2})
        if (n > 1 && n < asked)
            if (Verdict verdict = cancel_question(trial, n); verdict.state != State::kept) return verdict;
    return kept();
}

constexpr const char* pass_on = "look at the status of every host call, and pass it on";

constexpr Rule rules[] = {
    {"faults.call-io", "a host call that fails with IO, whichever it is, is the stage's status", pass_on,
     Scope::sample, &call_io},
    {"faults.call-resource", "a host call that fails with RESOURCE is the stage's status", pass_on,
     Scope::sample, &call_resource},
    {"faults.read", "an input that cannot be read (EIO) fails the stage",
     "look at the result of every read(), report it, return SLIPWAY_IO", Scope::sample, &reads},
    {"faults.write", "an output that cannot be written (ENOSPC) fails the stage",
     "look at the result of every write() and close(), report it, return SLIPWAY_RESOURCE", Scope::sample,
     &writes},
    {"faults.no-input", "an input that is not there is no crash, and a failure if it is needed",
     "look at the status of input_open() and input_meta()", Scope::sample, &no_input},
    {"faults.no-secret", "a secret without a value ends with AUTH", "pass secret_get()'s status on",
     Scope::sample, &no_secret},
    {"cancel.before", "cancelled before it begins, run() ends within a second",
     "ask cancelled() ten times a second of work, and return SLIPWAY_CANCELLED", Scope::sample,
     &cancel_before},
    {"cancel.during", "cancelled at work, run() ends within a second, and with CANCELLED if it has asked",
     "ask cancelled() ten times a second of work, and return SLIPWAY_CANCELLED", Scope::sample,
     &cancel_during},
};

} // namespace

std::span<const Rule> fault_rules() {
    return rules;
}

} // namespace slipway::check
