// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman's local database against the tree, as `pacman -Qkk` compares them.
#pragma once

#include "finding.hpp"
#include "inventory.hpp"

namespace slipway::rootfs_test {

/// Is this a file of the database that check_package_database() reads?
bool is_database_text(const std::string& path);

/// Every package's `files` must be there, and be what its `mtree` says: type, mode, owner, link target, size,
/// SHA-256. Of backup files size and content may differ, and no modification time is looked at: a tar's may
/// be clamped. What `allow_missing` covers (patterns as NoExtract) may be missing. The inventory must have
/// hashes.
Check check_package_database(const Inventory& inventory, const std::vector<std::string>& allow_missing);

} // namespace slipway::rootfs_test
