// SPDX-License-Identifier: GPL-3.0-or-later
//
// The files of the machine as a stage sees them: all read-only but what it may write, /tmp, /var/tmp and /run
// its own. For what landlock leaves open: modes, owners, times and attributes of files, and sockets in /run.
#pragma once

#include <support/result.hpp>
#include <worker/sandbox.hpp>

namespace slipway::worker {

/// In a mount namespace of this process's own.
support::Result<void> make_own_mounts(const SandboxPolicy& policy);

/// In a pid namespace of this process's own: /proc tells of no other.
support::Result<void> make_own_proc();

} // namespace slipway::worker
