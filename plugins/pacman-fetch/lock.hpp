// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lock: the exact package set, as docs/reference/artifacts.md has it.
#pragma once

#include <package.hpp>
#include <resolver.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// The document's text. The same databases, targets and architecture give the same bytes: there is no time
/// and no server in it.
std::string lock_text(const std::string& architecture, const std::vector<std::string>& targets,
                      const std::vector<Database>& databases, const std::vector<Package>& packages);

} // namespace slipway::pacman_fetch
