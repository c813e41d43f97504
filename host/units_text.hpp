// SPDX-License-Identifier: GPL-3.0-or-later
//
// The files of config/systemd, embedded.
#pragma once

namespace slipway::host::units {

/// "@SLIPWAY_PROGRAM@" in them stands for the program's path.
extern const char *const service, *const timer, *const resume_service, *const resume_timer;

/// Settings of a service whose stages are root over their trees, without a section's heading.
extern const char* const root;

} // namespace slipway::host::units
