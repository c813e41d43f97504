// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/lesson.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace slipway::chain {

namespace fs = std::filesystem;
namespace json = support::json;
using config::PathUse;

namespace {

constexpr std::int64_t memory_step_mb = 16;

/// An option that holds an absolute path, over all instances.
struct PathOption {
    std::optional<PathUse> declared;
    bool read = false, wrote = false, folder = false;
};

struct Facts {
    bool watched = false;
    plugin::Capabilities declared;
    bool network = false, exec = false;
    std::set<std::string> addresses, programs, reads, writes;
    std::map<std::string, PathOption> options; ///< by pointer
    std::int64_t memory_mb = 0;
};

bool is_below(const std::string& folder, const std::string& path) {
    return !folder.empty() && (path == folder || path.starts_with(folder + "/"));
}

const char* word(PathUse use) {
    return use == PathUse::file ? "file" : use == PathUse::tree ? "tree" : "write";
}

/// Every string of `options` that is an absolute path, with its pointer.
void each_path(const json::Value& options, const std::string& pointer, const auto& take) {
    if (options.is_string() && options.as_string().starts_with('/')) take(pointer, options.as_string());
    for (std::size_t i = 0; i < options.as_array().size(); ++i)
        each_path(options.as_array()[i], pointer + "/" + std::to_string(i), take);
    for (const auto& member : options.as_object())
        each_path(member.value, pointer + "/" + json::pointer_token(member.key), take);
}

/// An instance's options that are paths, and which of them its reads and writes were about.
class NamedPaths {
public:
    NamedPaths(Facts& facts, const PlannedStage& stage) : facts_(facts) {
        json::Value options = stage.instance.options;
        std::map<std::string, PathUse> declared;
        for (const auto& path : config::complete_options(options, *stage.schema, stage.folder))
            declared[path.pointer] = path.use;
        each_path(options, "", [&](const std::string& pointer, const std::string& path) {
            std::error_code failed;
            const std::string real = fs::weakly_canonical(path, failed).string();
            PathOption& option = facts_.options[pointer];
            if (const auto it = declared.find(pointer); it != declared.end()) option.declared = it->second;
            option.folder = option.folder || fs::is_directory(real, failed);
            pointers_.emplace(real, pointer);
        });
    }

    void used(const std::string& need, const std::string& path) {
        bool named = false;
        for (const auto& [real, pointer] : pointers_) {
            if (!is_below(real, path)) continue;
            named = true;
            PathOption& option = facts_.options[pointer];
            (need == "read" ? option.read : option.wrote) = true;
        }
        if (!named) (need == "read" ? facts_.reads : facts_.writes).insert(path);
    }

private:
    Facts& facts_;
    std::multimap<std::string, std::string> pointers_; ///< by real path
};

void take(Facts& facts, const PlannedStage& stage, const std::vector<const Event*>& events,
          const std::string& state_folder) {
    facts.declared = stage.plugin->type.capabilities;
    NamedPaths named(facts, stage);
    for (const Event* event : events) {
        const std::string& need = event->data["need"].as_string();
        if (event->kind == "sandbox") facts.watched = facts.watched || event->text == "watched";
        if (event->kind == "learned")
            facts.memory_mb = std::max(facts.memory_mb, event->data["memory_mb"].as_integer());
        facts.network = facts.network || need == "network";
        facts.exec = facts.exec || need == "exec";
        if (need == "network" && !event->text.empty()) facts.addresses.insert(event->text);
        if (need == "exec" && !event->text.empty()) facts.programs.insert(event->text);
        if ((need == "read" || need == "write") && !is_below(state_folder, event->text))
            named.used(need, event->text);
    }
}

/// What an option that names a path should say, or "".
std::string advice_for(const PathOption& option) {
    if (option.wrote && option.declared != PathUse::write)
        return R"(was written to; declare "slipwayPath": "write")";
    const std::string enough = option.folder ? "tree" : "file";
    if (option.read && !option.declared) return R"(was read; declare "slipwayPath": ")" + enough + "\"";
    if (option.read && !option.wrote && option.declared == PathUse::write)
        return "was read and not written to; if that is always so, \"" + enough + "\" is enough";
    if (option.declared && !option.read && !option.wrote)
        return std::string("is declared as \"") + word(*option.declared) + "\" and was not touched";
    return {};
}

plugin::Capabilities smallest_of(const Facts& facts) {
    plugin::Capabilities out = facts.declared;
    out.network = facts.network;
    if (!out.network) out.hosts.clear();
    out.exec = facts.exec;
    out.programs.assign(facts.programs.begin(), facts.programs.end());
    out.read.assign(facts.reads.begin(), facts.reads.end());
    out.write.assign(facts.writes.begin(), facts.writes.end());
    // A quarter more than was needed, in steps.
    if (out.memory_mb > 0)
        out.memory_mb = ((facts.memory_mb + facts.memory_mb / 4) / memory_step_mb + 1) * memory_step_mb;
    return out;
}

Lesson lesson_of(const std::string& type, const Facts& facts) {
    Lesson lesson{type, facts.watched, facts.declared, smallest_of(facts), {}, {}};
    for (const std::string& address : facts.addresses)
        lesson.because.push_back("network: " + address);
    if (facts.declared.memory_mb > 0)
        lesson.because.push_back("memory_mb: " + std::to_string(facts.memory_mb) + " at most, here");
    for (const auto& [pointer, option] : facts.options)
        if (const std::string text = advice_for(option); !text.empty())
            lesson.advice.push_back("option '" + pointer.substr(1) + "' " + text);
    return lesson;
}

} // namespace

std::vector<Lesson> lessons(const Plan& plan, const std::vector<Event>& events,
                            const std::string& state_folder) {
    std::map<std::string, std::vector<const Event*>> by_stage;
    for (const Event& event : events)
        if (event.kind == "used" || event.kind == "learned" || event.kind == "sandbox")
            by_stage[event.stage].push_back(&event);
    std::map<std::string, Facts> by_type;
    for (const PlannedStage& stage : plan.stages)
        if (const auto it = by_stage.find(stage.key()); it != by_stage.end())
            take(by_type[stage.plugin->type.id], stage, it->second, state_folder);
    std::vector<Lesson> out;
    for (const auto& [type, facts] : by_type)
        out.push_back(lesson_of(type, facts));
    return out;
}

} // namespace slipway::chain
