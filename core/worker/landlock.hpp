// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files, TCP ports and signals by landlock(7).
#pragma once

#include <worker/sandbox.hpp>

namespace slipway::worker {

/// A name that needs a long answer asks over TCP (RFC 7766).
inline constexpr std::uint16_t dns_port = 53;

/// What every stage may read: programs, libraries, certificates, how names are resolved, harmless devices.
const std::vector<std::string>& system_paths();

/// Every file of the programs that `names` stand for, what they are links to included.
std::vector<std::string> program_files(const std::vector<std::string>& names);

void enter_landlock(const SandboxPolicy& policy, SandboxLevel& level);

} // namespace slipway::worker
