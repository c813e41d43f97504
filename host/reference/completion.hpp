// SPDX-License-Identifier: GPL-3.0-or-later
//
// Completions for shells, from the tables that --help prints. Each returns one script.
#pragma once

#include <string>

namespace slipway::reference {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

} // namespace slipway::reference
