// SPDX-License-Identifier: GPL-3.0-or-later
//
// The file manifest (docs/reference/artifacts.md) against the tar it describes.
#pragma once

#include "finding.hpp"
#include "inventory.hpp"

namespace slipway::rootfs_test {

/// Reads the manifest line by line from the descriptor, from its offset on: it must name every entry of the
/// tar once, as it is, and nothing else. The inventory must have hashes. Kind::io: the descriptor cannot be
/// read.
support::Result<Check> check_manifest(const Inventory& inventory, int fd);

} // namespace slipway::rootfs_test
