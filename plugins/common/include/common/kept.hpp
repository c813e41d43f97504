// SPDX-License-Identifier: GPL-3.0-or-later
//
// Folders of what a stage keeps from one release to the next to save time.
#pragma once

#include <string>
#include <string_view>

namespace slipway::common {

/// Remove the files that have not been used for 100 days, as their mtime says: a monthly release needs what
/// it keeps once a month. `except`: the name of a file that stays. What cannot be removed is left alone.
void remove_unused(const std::string& folder, std::string_view except = {});

} // namespace slipway::common
