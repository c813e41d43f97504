// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file through an encoder into another, with its size and SHA-256, and the line that goes into
// SHA256SUMS.
#pragma once

#include <encoder.hpp>
#include <support/hash.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace slipway::compress {

/// Told the bytes of input done, several times a second; false stops the work with Kind::cancelled.
using Meter = std::function<bool(std::uint64_t done)>;

/// Descriptors are borrowed and used from their offset on.
struct Job {
    int in = -1;
    int out = -1;
    std::string in_name;  ///< for messages
    std::string out_name; ///< for messages
};

struct Archive {
    std::uint64_t in_size = 0; ///< bytes
    std::uint64_t size = 0;    ///< bytes
    support::Digest sha256;
};

/// Compress all of `job.in`.
support::Result<Archive> compress(const Job& job, Encoder& encoder, const Meter& meter);

/// Kind::verify if the input, which was said to have `size` bytes, had another number of them.
support::Result<void> check_input(const std::string& name, const Archive& archive, std::uint64_t size);

/// Kind::resource if the archive has more than `max_size` bytes; 0 is no limit.
support::Result<void> check_size(const std::string& name, const Archive& archive, std::uint64_t max_size);

/// "hex  name\n" as coreutils' sha256sum writes it and its --check reads it: a name with a backslash or
/// a line break is escaped and the line starts with a backslash (coreutils manual, "md5sum invocation").
std::string checksum_line(const support::Digest& digest, const std::string& name);

} // namespace slipway::compress
