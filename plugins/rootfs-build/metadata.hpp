// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a package says about itself, read before any of its files: .PKGINFO and .MTREE.
#pragma once

#include "archive.hpp"
#include "local_db.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

struct Metadata {
    PackageInfo info;

    /// What .MTREE names, sorted: pacman's file list, and the only files it extracts. None: the package
    /// has no .MTREE, and pacman takes the archive's entries.
    std::optional<std::vector<std::string>> files;
};

/// makepkg puts both in front, and then only the start of the package is decompressed. Kind::verify: no
/// .PKGINFO, or one of the two is not readable. `max_content`: see PackageReader.
support::Result<Metadata> read_metadata(support::UniqueFd package, Pulse pulse, std::uint64_t max_content);

/// The same from the package's first bytes, decompressed. Nothing: the two are not both in them, or not
/// readable.
std::optional<Metadata> metadata_in(std::string_view start);

} // namespace slipway::rootfs
