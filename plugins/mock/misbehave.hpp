// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything a plugin must not do, for tests of a host that has to survive it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway::mock {

enum class Crash {
    segv,  ///< a write to a page that is not there
    abort, ///< std::abort()
    exit,  ///< std::exit(0), which must not count as success
    raise, ///< a C++ exception
    kill,  ///< SIGKILL
    stack, ///< recursion without end
};

/// By the option's words: "segv", "abort", "exit", "throw", "kill", "stack".
std::optional<Crash> crash_by_name(std::string_view name);

/// Does not return. Signals have their default action before, whatever a sanitizer or a host has set.
[[noreturn]] void crash(Crash how);

/// Sleeps for ever, deaf to every signal that can be ignored.
[[noreturn]] void hang();

/// Closes every descriptor of the process, standard ones included.
void close_descriptors();

/// Writes so many bytes to standard output, in lines of 100. Stops silently if nobody takes them.
void print_bytes(std::uint64_t count);

/// Forks a child in a session of its own that keeps all descriptors and sleeps for 1000 s. Its pid, or -1.
pid_t leave_child();

} // namespace slipway::mock
