// SPDX-License-Identifier: GPL-3.0-or-later
//
// The first process of an enclosure: makes the folder the root, runs the program, and ends with it.
#pragma once

#include <slipway/stage.h>
#include <worker/enclosure.hpp>

namespace slipway::worker {

/// Called in a child that was cloned into new mount, pid, ipc, uts and network namespaces, in the work
/// folder. Writes one slipway_enclosed_end_1 to `end` when the program has ended; then this process, and with
/// it everything in the namespaces, ends.
[[noreturn]] void run_enclosed(const EnclosedProgram& program, int end);

} // namespace slipway::worker
