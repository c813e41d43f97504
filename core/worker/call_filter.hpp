// SPDX-License-Identifier: GPL-3.0-or-later
//
// The system calls of a stage, by seccomp(2). A call that is refused or counted is not decided by the filter
// but shown to the supervisor (watch.hpp), which answers and tells the user; all others never leave the
// kernel.
#pragma once

#include <support/fs.hpp>
#include <worker/sandbox.hpp>

namespace slipway::worker {

/// Filters this process from here on. Gives what the supervisor listens on; none where the kernel has no such
/// thing: refused calls then fail unseen.
support::UniqueFd filter_watched_calls(const plugin::Capabilities& may, SandboxLevel& level);

/// Filters it, and nobody is told.
void filter_calls(const plugin::Capabilities& may, SandboxLevel& level);

} // namespace slipway::worker
