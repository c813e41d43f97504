// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a worker gives up before it loads a plugin: privileges it could gain, files that are not its own or
// declared, system calls no stage has business with, more of the machine than its share.
#pragma once

#include <plugin/capabilities.hpp>
#include <support/fs.hpp>
#include <support/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::worker {

enum class SandboxMode {
    required,    ///< a stage does not run if a part of its sandbox is missing
    best_effort, ///< what is missing is named
    off,         ///< a process of its own, and nothing else
    learn,       ///< what a declaration could allow is let through, and told: `slipway run --learn`
};

/// "required", "best-effort", "off", "learn"; nothing for another text.
std::optional<SandboxMode> parse_sandbox_mode(const std::string& text);
const char* name_of(SandboxMode mode);

struct SandboxPolicy {
    plugin::Capabilities capabilities;
    std::vector<std::string> read_paths;  ///< files and folders that may be read, besides the system's own
    std::vector<std::string> write_paths; ///< that may be written and read
    std::string plugin;                   ///< the shared object
    std::string work_dir;                 ///< on the file system that must not be filled; "" for none
    std::vector<std::string>
        own_folders{}; ///< that are the stage's own, and empty: /tmp, where it has mounts
};

/// What was reached on this machine.
struct SandboxLevel {
    std::vector<std::string> reached; ///< "files", "system-calls", ...: docs/reference/sandbox.md
    std::vector<std::string> missing; ///< what this machine could not do, and why

    /// "full" or "partial".
    const char* name() const { return missing.empty() ? "full" : "partial"; }
};

/// Limits of one stage with all its processes.
struct Limits {
    std::int64_t memory = 0; ///< bytes
    std::int64_t tasks = 0;  ///< processes and threads
    // What must stay free on the work folder's file system.
    std::int64_t spare = 0; ///< bytes
    std::int64_t spare_files = 0;
};

Limits limits_of(const SandboxPolicy& policy);

/// Restrict this process and its children, for good. Single-threaded callers only. `watch` is the socket to
/// the supervisor (watch.hpp).
SandboxLevel enter_sandbox(const SandboxPolicy& policy, int watch);

/// The same without namespaces, limits and a supervisor: for who watches the process's calls himself.
SandboxLevel restrict_process(const SandboxPolicy& policy);

/// No sandbox but limits and what no declaration allows: every use of what is not the stage's own is told to
/// the supervisor. False: this machine cannot.
bool only_watch(const SandboxPolicy& policy, int watch);

/// The system calls no program in an enclosure has business with are refused from here on. False: this
/// machine cannot; errno says why.
bool filter_enclosed_calls();

} // namespace slipway::worker
