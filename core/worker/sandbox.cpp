// SPDX-License-Identifier: GPL-3.0-or-later
#include "call_filter.hpp"
#include "landlock.hpp"
#include "namespaces.hpp"
#include "privileges.hpp"
#include "watch.hpp"

#include <pwd.h>
#include <unistd.h>
#include <worker/sandbox.hpp>

#include <algorithm>
#include <filesystem>

namespace slipway::worker {

std::optional<SandboxMode> parse_sandbox_mode(const std::string& text) {
    for (const SandboxMode mode :
         {SandboxMode::required, SandboxMode::best_effort, SandboxMode::off, SandboxMode::learn})
        if (text == name_of(mode)) return mode;
    return std::nullopt;
}

const char* name_of(SandboxMode mode) {
    switch (mode) {
    case SandboxMode::required:
        return "required";
    case SandboxMode::best_effort:
        return "best-effort";
    case SandboxMode::off:
        return "off";
    case SandboxMode::learn:
        return "learn";
    }
    return "";
}

namespace {

/// "~/": the home folder that programs such as ssh take, which do not look at $HOME.
std::string with_home(const std::string& path) {
    if (!path.starts_with("~/")) return path;
    const passwd* user = ::getpwuid(::geteuid());
    return (user == nullptr ? "/nonexistent" : user->pw_dir) + path.substr(1);
}

/// What a plugin makes of `$repo` and the like is not known here: the folder above it.
std::string before_variables(const std::string& path) {
    const std::size_t dollar = path.find('$');
    const bool none = dollar == std::string::npos || ::access(path.c_str(), F_OK) == 0;
    return none ? path : path.substr(0, path.rfind('/', dollar));
}

/// The plugin's shared object and what it may be linked to. The rest of its folder may be anything:
/// somebody's home.
void add_plugin(const std::string& plugin, std::vector<std::string>& paths) {
    if (plugin.empty()) return;
    paths.push_back(plugin);
    std::error_code failed;
    for (const auto& beside :
         std::filesystem::directory_iterator(std::filesystem::path(plugin).parent_path(), failed))
        if (beside.path().filename().string().find(".so") != std::string::npos)
            paths.push_back(beside.path().string());
}

/// With all that may be read and written, while all of it can be looked at.
SandboxPolicy completed(SandboxPolicy policy) {
    for (const std::string& path : policy.capabilities.read)
        policy.read_paths.push_back(with_home(path));
    for (const std::string& path : policy.capabilities.write)
        policy.write_paths.push_back(with_home(path));
    std::ranges::transform(policy.read_paths, policy.read_paths.begin(), before_variables);
    add_plugin(policy.plugin, policy.read_paths);
    return policy;
}

} // namespace

SandboxLevel enter_sandbox(const SandboxPolicy& given, int watch) {
    SandboxPolicy policy = completed(given);
    SandboxLevel level;
    be_first_out_of_memory();
    enter_namespaces(policy, level);
    if (std::ranges::count(level.reached, "mounts") > 0) policy.own_folders = {"/tmp", "/var/tmp"};
    if (std::ranges::count(level.reached, "processes") > 0) policy.read_paths.push_back("/proc");
    limit_resources(policy);
    drop_privileges(policy.capabilities, level);
    enter_landlock(policy, level);
    // From the filter on a call may wait for the supervisor, which waits for this.
    const support::json::Value told = watched_policy(policy);
    if (!tell_watch(watch, told, filter_watched_calls(policy.capabilities, level)))
        level.missing.push_back("limits: the supervisor does not listen");
    else
        level.reached.push_back("limits");
    return level;
}

bool only_watch(const SandboxPolicy& given, int watch) {
    const SandboxPolicy policy = completed(given);
    SandboxLevel level;
    be_first_out_of_memory();
    limit_resources(policy);
    drop_privileges(policy.capabilities, level);
    support::json::Value told = watched_policy(policy);
    told.set("learn", true);
    support::UniqueFd listener = filter_watched_calls(policy.capabilities, level);
    const bool watched = static_cast<bool>(listener);
    return tell_watch(watch, told, std::move(listener)) && watched;
}

SandboxLevel restrict_process(const SandboxPolicy& given) {
    const SandboxPolicy policy = completed(given);
    SandboxLevel level;
    drop_privileges(policy.capabilities, level);
    enter_landlock(policy, level);
    filter_calls(policy.capabilities, level);
    return level;
}

} // namespace slipway::worker
