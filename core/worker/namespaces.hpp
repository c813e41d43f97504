// SPDX-License-Identifier: GPL-3.0-or-later
//
// Namespaces of a stage's own (namespaces(7)): mounts, processes, IPC, and the network if it needs none.
#pragma once

#include <worker/sandbox.hpp>

namespace slipway::worker {

/// Returns in another process, the second of a new pid namespace; this one waits for it and ends as it does.
/// Where namespaces are forbidden it returns here, and `level` says what is missing. Single-threaded callers
/// in the work folder only. The report's descriptor is closed when it returns.
void enter_namespaces(const SandboxPolicy& policy, SandboxLevel& level);

} // namespace slipway::worker
