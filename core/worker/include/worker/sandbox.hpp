// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a worker gives up before it loads a plugin: privileges it could gain, files it may not change,
// system calls no stage has business with.
#pragma once

#include <plugin/description.hpp>

#include <string>
#include <vector>

namespace slipway::worker {

struct SandboxPolicy {
    plugin::Capabilities capabilities;
    std::vector<std::string> write_paths; ///< files and folders that may be written; all else is read-only
};

/// What was reached on this machine.
struct SandboxLevel {
    bool landlock = false;            ///< writes outside write_paths fail (landlock(7))
    bool seccomp = false;             ///< system call filter (seccomp(2))
    std::vector<std::string> missing; ///< what this machine could not do, and why

    /// "full" or "partial".
    const char* name() const { return missing.empty() ? "full" : "partial"; }
};

/// Restrict this process and its children, for good. Single-threaded callers only.
SandboxLevel enter_sandbox(const SandboxPolicy& policy);

/// The system calls no program in an enclosure has business with are refused from here on. False: this
/// machine cannot; errno says why.
bool filter_enclosed_calls();

} // namespace slipway::worker
