// SPDX-License-Identifier: GPL-3.0-or-later
//
// Folders of what a stage keeps from one release to the next to save time.
#pragma once

#include <string>
#include <string_view>

namespace slipway::common {

/// Remove the files and folders in `folder` that have not been used for 100 days, as their own mtime says: a
/// monthly release needs what it keeps once a month. `except`: the name of one that stays. What cannot be
/// removed is left alone.
void remove_unused(const std::string& folder, std::string_view except = {});

/// Set the mtime of a file or folder that is used, if it is not of today: it is not removed for another 99
/// days.
void mark_used(const std::string& path);
void mark_used(int fd);

} // namespace slipway::common
