// SPDX-License-Identifier: GPL-3.0-or-later
//
// What this stage needs of a lock (docs/reference/artifacts.md): the packages, in install order.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

enum class Reason { requested, dependency };

struct LockedPackage {
    std::string name;
    std::string version;
    std::string sha256;     ///< of the package file
    std::uint64_t size = 0; ///< of the package file, in bytes
    Reason reason = Reason::requested;

    std::string full_name() const { return name + '-' + version; }
};

/// Kind::verify: no lock of version 1, or a package without one of these fields.
support::Result<std::vector<LockedPackage>> parse_lock(std::string_view text);

} // namespace slipway::rootfs
