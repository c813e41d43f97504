// SPDX-License-Identifier: GPL-3.0-or-later
//
// Extended headers of tar entries (POSIX.1-2017, pax, "pax Extended Header").
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::verify {

/// What an extended header says of the entry that follows it.
struct Extended {
    std::optional<std::string> path = {}, link = {};
    std::optional<std::uint64_t> size = {};
    std::optional<std::int64_t> uid = {}, gid = {}, mtime = {};
    std::int64_t mtime_nsec = 0;
    std::map<std::string, std::string> xattrs = {};
};

/// Told of what readers of tars could take in different ways.
using Odd = std::function<void(const std::string& what)>;

/// Kind::verify: not a sequence of records, or a sparse file's.
support::Result<Extended> parse_extended(std::string_view text, const Odd& odd);

} // namespace slipway::verify
