// SPDX-License-Identifier: GPL-3.0-or-later
//
// Programs that must run well in the tree.
#pragma once

#include "finding.hpp"

#include <rootfs/commands.hpp>

#include <optional>
#include <string>

namespace slipway::rootfs_test {

struct CommandRule {
    rootfs::Command command;
    int exit_code = 0;
    std::optional<std::string> matches = {}; ///< as FileRule's, of what it prints to both streams
};

/// Run it; that it fails, does not start or needs too long is a finding. Kind::unsupported: no program can
/// run here. Kind::cancelled.
support::Result<Check> check_command(const CommandRule& rule, const rootfs::Enclosure& enclosure,
                                     std::int64_t epoch, const rootfs::CommandLog& log);

} // namespace slipway::rootfs_test
