// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading: the entry point, the description, instances that are made and dropped.
#include "guarded.hpp"
#include "rule.hpp"
#include "snapshot.hpp"
#include "trial.hpp"

#include <plugin/loader.hpp>

namespace slipway::check {

namespace json = support::json;

namespace {

/// The child's {"what": text} is what is wrong.
Verdict verdict_of(const ChildResult& child) {
    if (const std::string failure = child.failure(); !failure.empty()) return broken(failure);
    const std::string& what = child.value["what"].as_string();
    return what.empty() ? kept() : broken(what);
}

using Look = std::function<std::string(const slipway_plugin& plugin, const Note& note)>;

/// In a child that has loaded the plugin.
Verdict look(Trial& trial, const Look& work) {
    return verdict_of(trial.child({}, [&](const Note& note) -> json::Value {
        note("loading");
        auto loaded = plugin::load(trial.path());
        return json::Object{{"what", loaded ? work(*loaded.value(), note) : loaded.error().message()}};
    }));
}

Verdict loads(Trial& trial) {
    const ChildResult child = trial.child({}, [&](const Note& note) { return describe(trial.path(), note); });
    if (const std::string failure = child.failure(); !failure.empty()) return broken(failure);
    const json::Value* error = child.value.find("error");
    return error == nullptr ? kept() : broken(error->as_string());
}

Verdict threads(Trial& trial) {
    return verdict_of(trial.child({}, [&](const Note& note) -> json::Value {
        const json::Value before = snapshot();
        (void)describe(trial.path(), note);
        const json::Value after = snapshot();
        const std::string what = difference(before["threads"], after["threads"]);
        return json::Object{{"what", what.empty() ? "" : "thread " + what}};
    }));
}

/// Everything a plugin says of a stage, as one text.
std::string text_of(const slipway_stage_desc& desc) {
    std::string out = std::to_string(desc.flags);
    for (const char* text : {desc.id, desc.version, desc.summary, desc.license, desc.config_schema,
                             desc.ports, desc.capabilities})
        out += std::string("\n") + text;
    return out;
}

Verdict stable(Trial& trial) {
    return look(trial, [&](const slipway_plugin& plugin, const Note& note) -> std::string {
        std::vector<std::string> texts;
        for (std::uint32_t i = 0; i < plugin.stage_count; ++i)
            texts.push_back(text_of(*plugin.stage(i)));
        note("slipway_plugin_v1(), again");
        auto again = plugin::load(trial.path());
        if (!again || again.value() != &plugin) return "slipway_plugin_v1() returns another description";
        for (std::uint32_t i = 0; i < plugin.stage_count; ++i) {
            const std::string call = "stage(" + std::to_string(i) + ") ";
            const slipway_stage_desc* desc = plugin.stage(i);
            if (text_of(*desc) != texts[i]) return call + "says something else than before";
            if (desc != plugin.stage(i)) return call + "returns another pointer";
            if (text_of(*desc) != texts[i]) return call + "says something else the third time";
        }
        return "";
    });
}

StageFacts facts_of(const Trial& trial) {
    return {trial.description.stages.front(), {}, {}, {}, 0, json::Object{}};
}

Verdict twice(Trial& trial) {
    return look(trial, [&](const slipway_plugin& plugin, const Note& note) -> std::string {
        for (const plugin::StageType& type : trial.description.stages)
            for (int i = 0; i < 3; ++i) {
                const HostSettings settings{.shape = Shape::usual};
                const StageFacts facts = facts_of(trial);
                ProbeHost host(settings, facts, nullptr);
                slipway_instance* instance = nullptr;
                note("create() of '" + type.id + "'");
                const slipway_status status = plugin.create(host.abi(), type.id.c_str(), &instance);
                if (status != SLIPWAY_OK)
                    return "create() of '" + type.id + "' ended with " + status_name(status);
                if (instance == nullptr || !SLIPWAY_HAS(instance, destroy) || instance->configure == nullptr
                    || instance->run == nullptr || instance->destroy == nullptr)
                    return "create() of '" + type.id + "' gave an incomplete slipway_instance";
                host.enter("destroy");
                note("destroy() of '" + type.id + "', not configured");
                instance->destroy(instance);
            }
        return "";
    });
}

Verdict bogus_id(Trial& trial) {
    return look(trial, [&](const slipway_plugin& plugin, const Note& note) -> std::string {
        const std::string& known = trial.description.stages.front().id;
        for (const std::string& id :
             {std::string("no-such-stage"), std::string(), known + "x", known.substr(0, known.size() - 1),
              std::string(100000, 'x'), std::string("\xff")}) {
            const HostSettings settings{.shape = Shape::usual};
            const StageFacts facts = facts_of(trial);
            ProbeHost host(settings, facts, nullptr);
            int mark = 0;
            auto* const untouched = reinterpret_cast<slipway_instance*>(&mark);
            slipway_instance* instance = untouched;
            const std::string call = "create() of '" + id.substr(0, 40) + "'";
            note(call);
            bool taken = false;
            for (const plugin::StageType& type : trial.description.stages)
                taken = taken || type.id == id;
            if (taken) continue;
            const slipway_status status = plugin.create(host.abi(), id.c_str(), &instance);
            if (status != SLIPWAY_NOT_FOUND) return call + " ended with " + status_name(status);
            if (instance != untouched) return call + " changed *instance";
        }
        return "";
    });
}

Verdict extension(Trial& trial) {
    return look(trial, [&](const slipway_plugin& plugin, const Note& note) -> std::string {
        if (!SLIPWAY_HAS(&plugin, get_extension) || plugin.get_extension == nullptr) return "";
        for (const char* id : {"", "com.example.no-such-extension/1"}) {
            note("get_extension()");
            if (plugin.get_extension(id) != nullptr)
                return std::string("get_extension(\"") + id + "\") is not NULL";
        }
        return "";
    });
}

constexpr Rule rules[] = {
    {"load.loads", "it loads, and its description is as stage.h says", "as the message says", Scope::plugin,
     &loads, Breaks::loading},
    {"load.threads", "loading it starts no thread", "start threads in run(), and join them there",
     Scope::plugin, &threads},
    {"load.stable", "its descriptions are constant", "return the same constant data every time",
     Scope::plugin, &stable},
    {"load.twice", "instances can be made and dropped again and again",
     "create() makes a whole instance, destroy() frees it, no state is left in globals", Scope::plugin,
     &twice, Breaks::loading},
    {"load.bogus-id", "create() of an unknown stage type is NOT_FOUND, and leaves *instance alone",
     "compare the whole id, and set *instance on success only", Scope::plugin, &bogus_id},
    {"load.extension", "an unknown extension is NULL", "return NULL for every id you do not know",
     Scope::plugin, &extension},
};

} // namespace

std::span<const Rule> load_rules() {
    return rules;
}

} // namespace slipway::check
