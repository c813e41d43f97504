// SPDX-License-Identifier: GPL-3.0-or-later
//
// The heart: packages in, in install order; the tar of the tree that pacman would have made of them out.
// How and why: docs/decisions/0010-rootfs-merge.md.
#pragma once

#include "additions.hpp"
#include "lock.hpp"
#include "sbom.hpp"
#include "target.hpp"

#include <support/fs.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace slipway::rootfs {

struct Package {
    LockedPackage locked;

    /// The package file, at any offset. Called a few times; each descriptor is gone before the next call.
    std::function<support::Result<support::UniqueFd>()> open;
};

enum class Mtimes {
    clamp, ///< none is later than the epoch
    keep,
    epoch, ///< all are the epoch
};

struct Options {
    std::int64_t epoch = 0; ///< seconds since 1970-01-01 UTC: install date, and mtime of what is made here
    Mtimes mtimes = Mtimes::clamp;
    std::vector<std::string> no_extract; ///< see common::NoExtract
    std::vector<std::string> no_upgrade; ///< the same patterns; see pacman.conf(5), NoUpgrade
    std::vector<std::string> exclude;    ///< see Exclude
    std::vector<Overlay> overlays;
    std::map<std::string, std::string> symlinks; ///< path to target; put over what is there in the end
    std::set<std::string> blank;                 ///< see Plan
    std::string digests;                         ///< the folder of KnownDigests; empty: none
};

/// The world around a merge; every function must be set.
struct Observer {
    std::function<bool()> cancelled;             ///< asked at least once per megabyte
    std::function<void(std::uint64_t)> progress; ///< bytes of package files read; in the end all of them
    std::function<void(const std::string&)> info;
    std::function<void(const std::string&)> warn;
};

/// Write the tar and the manifest. Memory: one decompression window (at most 128 MiB, 32 MiB with
/// makepkg's settings) and about 200 bytes for each path. Kind::verify: a package is damaged, is not what
/// the lock says, holds what no package may hold, or conflicts with another; the message names them. Gives
/// the packages, in their order.
support::Result<std::vector<Installed>> merge(const std::vector<Package>& packages, const Options& options,
                                              const Target& target, const Observer& observer);

} // namespace slipway::rootfs
