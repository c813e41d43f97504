// SPDX-License-Identifier: GPL-3.0-or-later
//
// What this stage needs of a lock (docs/reference/artifacts.md): the packages, in install order.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::rootfs {

enum class Reason { requested, dependency };

struct LockedPackage {
    std::string name = {};
    std::string version = {};
    std::string sha256 = {};   ///< of the package file
    std::uint64_t size = 0;    ///< of the package file, in bytes
    std::string filename = {}; ///< of the package file; may be empty, as may be what follows
    std::string architecture = {};
    std::string key = {};                            ///< fingerprint of the key whose signature was good
    std::optional<std::int64_t> installed_size = {}; ///< in bytes
    std::optional<std::int64_t> build_date = {};     ///< seconds since 1970-01-01 UTC
    Reason reason = Reason::requested;

    std::string full_name() const { return name + '-' + version; }
};

/// Kind::verify: no lock of version 1, or a package without one of these fields.
support::Result<std::vector<LockedPackage>> parse_lock(std::string_view text);

} // namespace slipway::rootfs
