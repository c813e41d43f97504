// SPDX-License-Identifier: GPL-3.0-or-later
//
// The worker side of a stage: what the host's binary does when it was re-executed as `slipway worker`.
#pragma once

#include <support/fs.hpp>
#include <sys/types.h>

namespace slipway::worker {

/// The hidden command `slipway worker HOST_PID`. Descriptors channel_fd and report_fd are open. This process
/// becomes the supervisor of the worker it forks: it passes signals on, and when the worker ends it kills
/// whatever the plugin left behind and reports. Never returns.
[[noreturn]] void worker_main(pid_t host);

/// Serve one describe or run order from `socket` on this thread, unsandboxed: `isolation: none`. Returns
/// when the last message has been sent.
void serve_in_process(support::UniqueFd socket);

} // namespace slipway::worker
