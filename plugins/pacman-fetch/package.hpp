// SPDX-License-Identifier: GPL-3.0-or-later
//
// One resolved package: what a repository's database says of it.
#pragma once

#include <support/hash.hpp>

#include <cstdint>
#include <string>

namespace slipway::pacman_fetch {

/// Why a package is in the set: named by a target (or by a group in one), or needed by another package.
enum class Reason { explicit_target, dependency };

struct Package {
    std::string repository;
    std::string name;
    std::string version;      ///< [epoch:]pkgver-pkgrel
    std::string architecture; ///< "any" or the machine's
    std::string filename;     ///< %FILENAME%: a plain file name, checked
    std::uint64_t size;       ///< %CSIZE%, bytes of the file
    std::uint64_t installed_size;
    support::Digest sha256;
    Reason reason;
    std::int64_t build_date = 0; ///< %BUILDDATE%, Unix time; 0: not known
    std::string signature = {};  ///< %PGPSIG%, decoded; empty: the database has none
};

} // namespace slipway::pacman_fetch
