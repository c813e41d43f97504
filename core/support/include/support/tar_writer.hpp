// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writing a tar of plain files, compressed with zstd: the same content gives the same bytes. Part of
// slipway::tar.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace slipway::support {

class TarWriter {
public:
    /// Writes to the descriptor from its offset on; it stays the caller's. Every file has the time `mtime`
    /// (seconds since 1970-01-01 UTC), mode 0644 and owner 0.
    static Result<TarWriter> create(int fd, std::int64_t mtime);

    Result<void> add(const std::string& name, std::string_view bytes);

    /// A file with what `from` holds from its offset on. Kind::io if that are not `size` bytes.
    Result<void> add(const std::string& name, int from, std::uint64_t size);

    /// To be called at the end: without it, the archive is cut short.
    Result<void> finish();

private:
    struct Free {
        void operator()(archive* a) const;
    };

    using Handle = std::unique_ptr<archive, Free>;

    TarWriter(Handle handle, std::int64_t mtime) : handle_(std::move(handle)), mtime_(mtime) {}

    Result<void> begin(const std::string& name, std::uint64_t size);
    Result<void> write(std::string_view bytes);
    Error failure() const;

    Handle handle_;
    std::int64_t mtime_;
};

} // namespace slipway::support
