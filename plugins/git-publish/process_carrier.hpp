// SPDX-License-Identifier: GPL-3.0-or-later
//
// git by way of a program: OpenSSH, or git itself for a repository on this machine.
#pragma once

#include <carrier.hpp>
#include <url.hpp>

#include <memory>
#include <string>

namespace slipway::git_publish {

struct SshSettings {
    std::string key;         ///< file with a private key; "": what `agent` has
    std::string agent;       ///< the socket of an ssh-agent; "": none
    std::string known_hosts; ///< hosts' keys; "": the user's and the system's
    Patience patience;
};

/// OpenSSH's ssh, which reads no configuration, asks nothing and talks to no host whose key it does not know.
/// The streams' errors: Kind::auth: the key is not taken, or may only read. Kind::verify: the host's key is
/// unknown or another. Kind::not_found: no such repository. Kind::net_transient: the rest. With ssh's words.
std::unique_ptr<Carrier> make_ssh_carrier(const RemoteUrl& url, const SshSettings& settings, Stop stop);

/// git on this machine, with the repository's own configuration and hooks, and nobody else's.
std::unique_ptr<Carrier> make_local_carrier(const std::string& path, const Patience& patience, Stop stop);

} // namespace slipway::git_publish
