// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/pin.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <set>

namespace slipway::chain {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

const plugin::Port* port_of(const std::vector<plugin::Port>& ports, const char* type) {
    const auto it = std::ranges::find_if(
        ports, [&](const plugin::Port& p) { return std::ranges::count(p.types, type) > 0; });
    return it == ports.end() ? nullptr : &*it;
}

const plugin::Port* locked_port(const PlannedStage& stage) {
    return port_of(stage.ports.inputs, locked_type);
}

/// The stages with a lock and all they need, by index.
std::set<std::size_t> with_needs(const Plan& plan) {
    std::set<std::size_t> wanted;
    for (std::size_t i = plan.stages.size(); i-- > 0;) {
        if (lock_port(plan.stages[i]) == nullptr && !wanted.contains(i)) continue;
        wanted.insert(i);
        wanted.insert(plan.stages[i].after.begin(), plan.stages[i].after.end());
    }
    return wanted;
}

json::Value several(const Locks& locks) {
    json::Value all = json::Object{};
    for (const auto& [key, lock] : locks)
        all.set(key, lock);
    return json::Object{{"slipway_locks", 1}, {"locks", std::move(all)}};
}

void give(PlannedStage& stage, const std::string& sha256, std::uint64_t size) {
    const plugin::Port* port = locked_port(stage);
    stage.pinned[port->name] = {port->name, "lock.json", locked_type, sha256, size, json::Object{}};
}

} // namespace

const plugin::Port* lock_port(const PlannedStage& stage) {
    return port_of(stage.ports.outputs, lock_type);
}

Result<Plan> only_locks(Plan plan) {
    const std::set<std::size_t> wanted = with_needs(plan);
    if (wanted.empty())
        return Error{Kind::config, "no stage of the chain makes a lock", "pacman-fetch is one that does"};
    return only_stages(std::move(plan), wanted);
}

Result<Locks> made_locks(const std::vector<journal::StageRecord>& stages, const store::Store& store) {
    Locks locks;
    for (const auto& stage : stages)
        for (const auto& output : stage.outputs) {
            if (output.type != lock_type) continue;
            SLIPWAY_TRY_ASSIGN(const auto digest, support::Digest::parse(output.sha256));
            SLIPWAY_TRY_ASSIGN(const auto fd, store.open_artifact(digest));
            SLIPWAY_TRY_ASSIGN(const std::string text, support::read_all(fd.get(), "a lock"));
            SLIPWAY_TRY_ASSIGN(json::Value lock, json::parse(text));
            locks.emplace_back(stage.key, std::move(lock));
        }
    return locks;
}

json::Value join_locks(const Locks& locks, const json::Value& plugins) {
    json::Value all = locks.size() == 1 ? locks.front().second : several(locks);
    if (!plugins.as_object().empty()) all.set("plugins", plugins);
    return all;
}

Result<Locks> split_locks(const std::string& text) {
    SLIPWAY_TRY_ASSIGN(const json::Value file, json::parse(text));
    if (file.find("slipway_lock") != nullptr) {
        json::Object own; // the pins are the chain's, not the stage's
        for (const json::Member& member : file.as_object())
            if (member.key != "plugins") own.push_back(member);
        return Locks{{"", std::move(own)}};
    }
    if (file.find("slipway_locks") == nullptr)
        return Error{Kind::config, "not a lock", "`slipway lock CHAIN -o FILE` writes one"};
    Locks locks;
    for (const json::Member& member : file["locks"].as_object())
        locks.emplace_back(member.key, member.value);
    return locks;
}

Result<json::Value> plugins_of_lock(const std::string& text) {
    SLIPWAY_TRY_ASSIGN(const json::Value file, json::parse(text));
    const json::Value* plugins = file.find("plugins");
    return plugins != nullptr && plugins->is_object() ? *plugins : json::Value(json::Object{});
}

Result<json::Value> pin(Plan& plan, const std::string& text, const store::Store& store) {
    SLIPWAY_TRY_ASSIGN(Locks locks, split_locks(text));
    std::vector<PlannedStage*> takers;
    for (PlannedStage& stage : plan.stages)
        if (locked_port(stage) != nullptr) takers.push_back(&stage);
    if (takers.empty() && !locks.empty())
        return Error{Kind::config, "no stage of the chain takes a lock", "pacman-fetch is one that does"};
    if (takers.size() == 1 && locks.size() == 1 && locks.front().first.empty())
        locks.front().first = takers.front()->key();
    json::Value given = json::Object{};
    for (PlannedStage* stage : takers) {
        const auto it = std::ranges::find(locks, stage->key(), &Locks::value_type::first);
        if (it == locks.end())
            return Error{Kind::config, "it has no lock for stage '" + stage->key() + "'",
                         "make it from this chain: slipway lock CHAIN -o FILE"};
        SLIPWAY_TRY_ASSIGN(const store::Stored stored, store.put(json::dump_pretty(it->second)));
        give(*stage, stored.digest.hex(), stored.size);
        given.set(stage->key(), json::Object{{"sha256", stored.digest.hex()}, {"size", stored.size}});
        locks.erase(it);
    }
    if (locks.empty()) return given;
    return Error{Kind::config,
                 "it has a lock for '" + support::printable(locks.front().first)
                     + "', which this chain has not",
                 "make it from this chain: slipway lock CHAIN -o FILE"};
}

void resume_pins(Plan& plan, const json::Value& pinned) {
    for (PlannedStage& stage : plan.stages) {
        const json::Value* given = pinned.find(stage.key());
        if (given == nullptr || locked_port(stage) == nullptr) continue;
        give(stage, (*given)["sha256"].as_string(),
             static_cast<std::uint64_t>((*given)["size"].as_integer()));
    }
}

} // namespace slipway::chain
