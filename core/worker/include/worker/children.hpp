// SPDX-License-Identifier: GPL-3.0-or-later
//
// The children of this process, by the kernel's list.
#pragma once

#include <sys/types.h>

#include <vector>

namespace slipway::worker {

/// Of all threads; zombies and what was inherited as subreaper included. Empty where /proc is not mounted.
std::vector<pid_t> children_of_this_process();

} // namespace slipway::worker
