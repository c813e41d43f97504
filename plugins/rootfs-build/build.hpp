// SPDX-License-Identifier: GPL-3.0-or-later
//
// The whole stage: the merge, and what follows it in the new root. docs/decisions/0030-enclosure.md.
#pragma once

#include "edits.hpp"
#include "merge.hpp"

#include <rootfs/commands.hpp>

#include <string>
#include <vector>

namespace slipway::rootfs {

/// What happens to the tree when the packages and all that the options add are in it: edits, then hooks, then
/// commands.
struct PostSteps {
    std::vector<Edit> edits;
    std::vector<std::string> hooks; ///< see hook_commands()
    std::vector<Command> commands;

    bool need_tree() const { return !hooks.empty() || !commands.empty(); }
};

/// Where programs run, for the steps that need_tree(): `folder` is the work folder, on which the tree is
/// written as a TreeFolder.
struct Workshop {
    std::string folder;
    unsigned threads = 2;
    Enclosure enclosure;
};

/// merge(), and the steps. Nothing but tar and manifest is written if no step needs the tree; both are
/// written front to back in any case.
support::Result<std::vector<Installed>> build(const std::vector<Package>& packages, const Options& options,
                                              const PostSteps& steps, const Workshop& workshop, Output& tar,
                                              Output& manifest, const Observer& observer);

} // namespace slipway::rootfs
