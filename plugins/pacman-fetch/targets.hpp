// SPDX-License-Identifier: GPL-3.0-or-later
//
// Targets into a libalpm transaction, as `pacman -S` takes them, and libalpm's refusals as messages.
#pragma once

#include <alpm.h>
#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// Add every target to the open transaction. Kind::not_found names all that no repository has, with the
/// nearest name as hint; Kind::config: two targets are different packages of one name.
/// `exclude`: packages that are not taken as members of a group.
support::Result<void> add_targets(alpm_handle_t* handle, const std::vector<std::string>& targets,
                                  const std::vector<std::string>& exclude);

/// What a failed alpm_trans_prepare() means. Frees `problems` and what is in it. `hopeless`: the targets that
/// libalpm asked to skip.
support::Error prepare_error(alpm_handle_t* handle, alpm_list_t* problems,
                             const std::vector<std::string>& hopeless);

} // namespace slipway::pacman_fetch
