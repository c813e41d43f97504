// SPDX-License-Identifier: GPL-3.0-or-later
//
// The processor cores that this process may use (sched_setaffinity(2)), which can be fewer than the machine
// has.
#pragma once

namespace slipway::support {

/// How many; 1 at least.
unsigned cores();

/// From now on use `most` of them at most, 1 at least: all threads of this process, and every process and
/// thread that comes of them. The one that this thread runs on is among them. Where it is refused, nothing
/// changes.
void use_cores(unsigned most);

} // namespace slipway::support
