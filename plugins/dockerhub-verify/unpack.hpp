// SPDX-License-Identifier: GPL-3.0-or-later
//
// The compression of layers undone, piece by piece.
#pragma once

#include <support/result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::verify {

enum class Compression { none, gzip, zstd };

/// By the media type of a layer, OCI's or Docker's; nothing for one that is no layer a registry gives out.
std::optional<Compression> compression_of(const std::string& media_type);

using Bytes = std::function<support::Result<void>(std::string_view)>;

/// Pushes what it is given, unpacked, into a sink. Memory: 64 KiB, and zstd's window, at most 128 MiB.
class Unpacker {
public:
    virtual ~Unpacker() = default;

    /// Kind::verify: not of that compression, or damaged. The sink's errors end it too.
    virtual support::Result<void> feed(std::string_view bytes) = 0;

    /// Call once, after the last byte. Kind::verify: there should be more.
    virtual support::Result<void> finish() = 0;
};

/// Kind::resource: out of memory.
support::Result<std::unique_ptr<Unpacker>> make_unpacker(Compression compression, Bytes sink);

} // namespace slipway::verify
