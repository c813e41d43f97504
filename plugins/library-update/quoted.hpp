// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a file says, in a message.
#pragma once

#include <support/text.hpp>

#include <string>
#include <string_view>

namespace slipway::stackbrew {

inline std::string quoted(std::string_view text) {
    return "'" + support::printable(text) + "'";
}

} // namespace slipway::stackbrew
