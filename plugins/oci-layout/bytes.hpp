// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bytes of a file at an offset.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace slipway::oci {

using Sink = std::function<support::Result<void>(std::string_view)>;

/// Exactly `length` bytes; Kind::verify if the file ends before. `name` is for messages.
support::Result<std::string> read_bytes(int fd, std::uint64_t offset, std::size_t length,
                                        const std::string& name);

/// The same, a megabyte at a time.
support::Result<void> for_bytes(int fd, std::uint64_t offset, std::uint64_t length, const std::string& name,
                                const Sink& sink);

/// All of a file into another.
support::Result<void> copy_file(int from, int to, const std::string& name);

} // namespace slipway::oci
