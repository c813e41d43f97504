// SPDX-License-Identifier: GPL-3.0-or-later
//
// Beside the tar: the software bill of materials and the list of packages.
#pragma once

#include "local_db.hpp"
#include "lock.hpp"

#include <string>
#include <vector>

namespace slipway::rootfs {

/// A package that is in the root filesystem.
struct Installed {
    LockedPackage locked;
    PackageInfo info;
};

/// An SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3): the root filesystem contains the packages,
/// which depend on each other. It depends on nothing but the arguments. `created`: seconds since 1970-01-01
/// UTC.
std::string sbom_text(const std::vector<Installed>& packages, std::int64_t created);

/// "NAME VERSION" lines, by name, as `pacman -Q` prints them.
std::string package_list_text(const std::vector<Installed>& packages);

} // namespace slipway::rootfs
