// SPDX-License-Identifier: GPL-3.0-or-later
//
// The host's enclosure (stage.h, slipway.enclosure/1) as domain code knows it. For plugin.cpp only.
#pragma once

#include <rootfs/commands.hpp>
#include <slipway/stage.hpp>

namespace slipway::common {

/// Runs programs in `folder` of the work folder. SLIPWAY_UNSUPPORTED: the host has no enclosure. `context`
/// and `folder` must outlive what it gives.
slipway::result<rootfs::Enclosure> enclosure_of(const slipway::context& context, const char* folder);

} // namespace slipway::common
