// SPDX-License-Identifier: GPL-3.0-or-later
//
// A Carrier as a transport of libgit2's.
#pragma once

#include <carrier.hpp>
#include <git.hpp>
#include <git2/sys/transport.h>

#include <optional>
#include <string>

namespace slipway::git_publish {

/// How a Carrier is used for one connection, and what went wrong there.
struct Link {
    Carrier& carrier;
    bool atomic = false;                        ///< ask that all refs change, or none
    bool refused_atomic = false;                ///< the server cannot; nothing was sent
    std::optional<support::Error> failure = {}; ///< better than what libgit2 says of it
    std::string advertisement = {};             ///< the beginning of the server's list of refs
};

/// For git_remote_callbacks.transport: makes the transport over `link`, which must outlive it.
int make_transport(git_transport** out, git_remote* owner, Link& link);

/// `request`, the beginning of a push, with the capability `atomic` added to its first line
/// (gitprotocol-pack(5), "Reference Update Request"). nullopt if it is no such request.
std::optional<std::string> with_atomic(std::string_view request);

} // namespace slipway::git_publish
