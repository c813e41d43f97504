// SPDX-License-Identifier: GPL-3.0-or-later
//
// Privileges a worker gives up, and how much of the machine it may take.
#pragma once

#include <worker/sandbox.hpp>

namespace slipway::worker {

/// No capabilities (capabilities(7)) but those over files, no more by execve(2), no core dumps.
void drop_privileges(const plugin::Capabilities& may, SandboxLevel& level);

/// The machine's memory can go in ways that no limit here sees (buffers of the kernel's, memory that nobody
/// has mapped): then this process is the first to be killed. While /proc can be written.
void be_first_out_of_memory();

void limit_resources(const SandboxPolicy& policy);

} // namespace slipway::worker
