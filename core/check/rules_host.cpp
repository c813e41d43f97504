// SPDX-License-Identifier: GPL-3.0-or-later
//
// Negotiation: hosts of other minor versions, hosts without extensions.
#include "rule.hpp"
#include "trial.hpp"

#include <plugin/loader.hpp>

namespace slipway::check {

namespace json = support::json;

namespace {

/// create() and destroy() with a host of this shape, for what it may return.
Verdict make(Trial& trial, Shape shape, bool may_fail) {
    const ChildResult child = trial.child({}, [&](const Note& note) -> json::Value {
        note("loading");
        auto loaded = plugin::load(trial.path());
        if (!loaded) return json::Object{{"what", loaded.error().message()}};
        HostSettings settings;
        settings.shape = shape;
        const StageFacts facts{*trial.stage, {}, {}, {}, 0, json::Object{}};
        ProbeHost host(settings, facts, nullptr);
        slipway_instance* instance = nullptr;
        note("create()");
        const slipway_status status = loaded.value()->create(host.abi(), trial.stage->id.c_str(), &instance);
        if (status != SLIPWAY_OK)
            return json::Object{{"what", may_fail ? "" : "create() ended with " + status_name(status)}};
        note("destroy()");
        host.enter("destroy");
        instance->destroy(instance);
        return json::Object{{"what", ""}};
    });
    if (const std::string failure = child.failure(); !failure.empty()) return broken(failure);
    const std::string& what = child.value["what"].as_string();
    return what.empty() ? kept() : broken(what);
}

Verdict shorter(Trial& trial) {
    return make(trial, Shape::shorter, true);
}

Verdict exact(Trial& trial) {
    return make(trial, Shape::exact, false);
}

Verdict longer(Trial& trial) {
    return make(trial, Shape::longer, false);
}

Verdict later(Trial& trial) {
    RunSettings settings;
    settings.host.shape = Shape::longer;
    const Ran ran = trial.run(settings);
    if (ran.record()["phase"].as_string() == "create") return kept(); // that is host.longer's to say
    return ran.failure().empty() && ran.status() == trial.sample->ends ? kept() : broken(ran.outcome());
}

Verdict no_extensions(Trial& trial) {
    RunSettings settings;
    settings.host.extensions = false;
    const Ran ran = trial.run(settings);
    if (!ran.failure().empty()) return broken(ran.failure());
    if (ran.status() == trial.sample->ends || ran.status() == SLIPWAY_UNSUPPORTED) return kept();
    return broken(ran.outcome());
}

constexpr Rule rules[] = {
    {"host.shorter", "create() reads no field that the host does not have",
     "ask SLIPWAY_HAS() before you read a field, and never copy *host", Scope::stage, &shorter},
    {"host.exact", "create() reads nothing behind the host's struct_size", "never copy more than struct_size",
     Scope::stage, &exact, Breaks::stage},
    {"host.longer", "create() works with a host of a later minor version",
     "do not ask for an exact struct_size or abi_minor", Scope::stage, &longer},
    {"host.later", "the case ends as ever in a host of a later minor version",
     "do not ask for an exact struct_size or abi_minor", Scope::sample, &later},
    {"host.no-extensions", "without the host's extensions the case ends as ever, or with UNSUPPORTED",
     "ask whether get_extension() gave NULL", Scope::sample, &no_extensions},
};

} // namespace

std::span<const Rule> host_rules() {
    return rules;
}

} // namespace slipway::check
