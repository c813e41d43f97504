// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every chain needs of a machine: looked at here, judged in values, so that tests can hand in any
// machine.
#pragma once

#include "finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::host::doctor {

/// What the sandbox of a stage could not do in a process that tried.
struct Sandbox {
    int landlock_abi = 0;             ///< 0: none
    std::vector<std::string> missing; ///< as worker::SandboxLevel has it
};

struct Clock {
    bool synchronised = false;
    std::int64_t now = 0;        ///< seconds since 1970-01-01 UTC
    std::int64_t newest_run = 0; ///< when the newest run was begun; 0: there is none
};

struct Space {
    std::string folder;           ///< on whose file system
    std::uint64_t free_bytes = 0; ///< for somebody who is not root
    std::uint64_t free_files = 0;
    bool counts_files = false; ///< some file systems do not
    std::uint64_t wanted = 0;  ///< what the last run of the chain has written; 0: not known
};

struct StateFolder {
    std::string folder;
    bool there = false;
    bool usable = false;     ///< it, or where it would be made, may be written to
    std::string other_owner; ///< root looks at the folder of another user, of this name
};

Sandbox look_at_sandbox();

/// Nothing, or why a stage cannot be root in a user namespace. The state is `missing`.
std::optional<Finding> look_at_user_namespace();

/// Nothing, or why no program for this machine (as support::machine_of_name() has it) runs in a root here; a
/// warning if that could not be tried.
std::optional<Finding> look_at_programs_for(const std::string& machine);

Clock look_at_clock(std::int64_t newest_run);
Space look_at_space(const std::string& folder, std::uint64_t wanted);
StateFolder look_at_state(const std::string& folder);

Finding judge(const Sandbox& sandbox);
Finding judge(const Clock& clock);
Finding judge(const Space& space);
Finding judge(const StateFolder& state);

} // namespace slipway::host::doctor
