// SPDX-License-Identifier: GPL-3.0-or-later
//
// Titles and bodies: a text with {placeholders}. (${…} is the chain file's own.)
#pragma once

#include <support/result.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::common {

using Values = std::map<std::string, std::string>;

/// `text` with each {name} replaced; {{ and }} are braces. A line that is nothing but placeholders without a
/// value is left out. Kind::config for a name that `values` does not have, with the nearest as hint, and for
/// a brace alone.
support::Result<std::string> fill(const std::string& text, const Values& values);

} // namespace slipway::common
