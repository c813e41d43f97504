// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file manifest (docs/reference/artifacts.md), read as it is written: an entry a line.
#pragma once

#include <support/result.hpp>

#include <functional>
#include <string_view>

namespace slipway::rootfs {

/// Calls `take` with the JSON text of each entry, from the descriptor's offset on. Kind::verify: not a
/// manifest, or one that was cut short.
support::Result<void> each_manifest_entry(int fd,
                                          const std::function<support::Result<void>(std::string_view)>& take);

} // namespace slipway::rootfs
