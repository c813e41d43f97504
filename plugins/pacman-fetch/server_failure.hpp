// SPDX-License-Identifier: GPL-3.0-or-later
//
// What to do about a server that fails.
#pragma once

#include <support/result.hpp>

namespace slipway::pacman_fetch {

const char* hint_of(support::Kind kind);

} // namespace slipway::pacman_fetch
