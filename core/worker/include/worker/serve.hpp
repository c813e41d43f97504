// SPDX-License-Identifier: GPL-3.0-or-later
//
// Carries out the one order a worker gets: describe a plugin, or run a stage of it.
#pragma once

#include <worker/channel.hpp>

namespace slipway::worker {

enum class Isolation {
    sandboxed, ///< enter the sandbox first, change to the work folder
    none,      ///< this process is the host: change nothing
};

/// Receive the order, do it, send the last message. Errors of the plugin go over the channel. `watch` is the
/// socket to the supervisor, for sandboxed ones.
void serve(Channel& channel, Isolation isolation, int watch);

} // namespace slipway::worker
