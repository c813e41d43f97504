// SPDX-License-Identifier: GPL-3.0-or-later
//
// The texts of pacman's local database, byte for byte as pacman 6.0.2 writes them (lib/libalpm/be_local.c
// there), and of the .PKGINFO they come from.
#pragma once

#include "lock.hpp"

#include <support/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

/// .PKGINFO (PKGINFO(5)): "key = value" lines. What is absent stays empty; absent and empty differ for
/// the optional ones, as they do in the database.
struct PackageInfo {
    std::string name, version;
    std::optional<std::string> base, desc, url, arch, packager;
    std::int64_t build_date = 0; ///< seconds since 1970-01-01 UTC
    std::int64_t size = 0;       ///< installed, in bytes
    std::vector<std::string> groups, licenses, replaces, depends, optdepends;
    std::vector<std::string> conflicts, provides;
    std::vector<std::string> backup; ///< paths
};

/// As libalpm reads it: comments, unknown keys and lines without " = " are skipped, of a single value the
/// last one counts. Kind::verify: no name or version, a date or size that is no number.
support::Result<PackageInfo> parse_pkginfo(std::string_view text);

/// The `desc` file. `install_date`: seconds since 1970-01-01 UTC. Of the lock, the reason counts, and whether
/// a signature was good: pacman does not look at the checksum then.
std::string desc_text(const PackageInfo& info, const LockedPackage& locked, std::int64_t install_date);

/// One line of %BACKUP%: a path, and the MD5 (hex) of the file as it was installed; none if it was not.
struct Backup {
    std::string path;
    std::optional<std::string> md5 = {};
};

/// The `files` file. `paths` are sorted here, bytewise; directories end in a slash.
std::string files_text(std::vector<std::string> paths, const std::vector<Backup>& backup);

} // namespace slipway::rootfs
