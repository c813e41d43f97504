// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is wrong with a chain file: every problem with its place, its pointer and the way out.
#pragma once

#include <support/json.hpp>

#include <string>
#include <vector>

namespace slipway::config {

/// One finding. Rendered as
///     FILE:LINE:COLUMN: POINTER: what (hint: hint)
/// without the parts that are not known.
struct Problem {
    std::string file;                                  ///< as the user named it
    std::size_t position = support::json::no_position; ///< byte offset in the file's text
    support::json::Place place = {0, 0};               ///< of `position`; line 0: not known
    std::string pointer;                               ///< "/stages/1/with/fromat"
    std::string what;                                  ///< lower case, no full stop
    std::string hint;

    std::string message() const;
};

using Problems = std::vector<Problem>;

/// All problems, one a line, in the order of their places, and the number of them.
std::string render(const Problems& problems);

} // namespace slipway::config
