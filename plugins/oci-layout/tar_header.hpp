// SPDX-License-Identifier: GPL-3.0-or-later
//
// Headers of the few tar entries that are made here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::oci {

inline constexpr std::size_t tar_block = 512;

/// A regular file of root's, mode 0644 (POSIX.1-2017, pax: ustar, and an extended header for a path that does
/// not fit). `mtime`: seconds since 1970, not below 0. `size` is below 8 GiB.
std::string tar_file_header(const std::string& path, std::uint64_t size, std::int64_t mtime);

/// The zeros that fill the last block of `size` bytes.
std::string tar_padding(std::uint64_t size);

/// The two blocks that end an archive.
std::string tar_end();

} // namespace slipway::oci
