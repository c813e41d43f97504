// SPDX-License-Identifier: GPL-3.0-or-later
//
// One thread that is stopped at a system call: who it is, what it is about to change, and how to lie to it.
#pragma once

#include "calls.hpp"

#include <sys/types.h>

#include <string>

namespace crash_at {

/// The process a thread belongs to, its parent and its name.
struct Identity {
    pid_t process = -1, parent = -1;
    std::string name;
};

Identity identify(pid_t thread);

/// The number of the call a thread is stopped at (PTRACE_EVENT_SECCOMP); -1 if it is gone.
int call_number(pid_t thread);

/// The path of what the call changes; "pipe:[1]" and the like for what has none.
std::string target_of(pid_t thread, const Call& call);

/// The call is not made, and returns -`error`.
void fail_call(pid_t thread, int error);

/// The call is made with half its size. False: there is nothing to halve.
bool shorten_call(pid_t thread);

} // namespace crash_at
