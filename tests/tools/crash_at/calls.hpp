// SPDX-License-Identifier: GPL-3.0-or-later
//
// The system calls that change something outside the process: where it matters that one is stopped, or told a
// lie.
#pragma once

#include <string_view>

namespace crash_at {

/// Where a call says what it changes.
enum class Target { descriptor, path, second_path, none };

struct Call {
    const char* name;
    Target target;
    bool writes_file; ///< it can fail as a write to a full or broken disk does
    bool has_size;    ///< its third argument is a size, of which it may do a part
};

/// Make the calls of this process, and of all it starts, stop for the tracer (SECCOMP_RET_TRACE). False with
/// errno.
bool trap_calls();

/// nullptr: none that is trapped.
const Call* find_call(int number);

} // namespace crash_at
