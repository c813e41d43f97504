// SPDX-License-Identifier: GPL-3.0-or-later
//
// The value of a secret in memory, and what keeps memory from leaving the machine.
#pragma once

#include <support/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::support {

/// Bytes in pages of their own: never swapped out (as far as RLIMIT_MEMLOCK goes), not in core dumps, zeroed
/// when this goes.
class SecretBytes {
public:
    /// The largest value, in bytes.
    static constexpr std::size_t largest = 64u << 10;

    SecretBytes() = default;
    explicit SecretBytes(std::string_view bytes);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    /// All that comes from `fd` until its end. Kind::resource if that is more than `largest`.
    static Result<SecretBytes> read(int fd, const std::string& subject);

    /// Empty, with room for read_more().
    static SecretBytes with_room();

    /// Add what one read(2) gives; false at the end. Only with room, and only as long as it gives true.
    Result<bool> read_more(int fd, const std::string& subject);

    std::string_view view() const noexcept { return {data_, size_}; }

    /// With a NUL behind it.
    const char* c_str() const noexcept { return data_ == nullptr ? "" : data_; }

    bool empty() const noexcept { return size_ == 0; }

    /// Keep the first `size` bytes, which must be there.
    void shorten(std::size_t size) noexcept;

    /// Zero it. Pointers into it stay good.
    void wipe() noexcept { shorten(0); }

private:
    static SecretBytes of_capacity(std::size_t size);

    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0; ///< bytes, whole pages
};

/// What this process and its children hold in memory is not dumped when they crash.
void forbid_core_dumps() noexcept;

/// Nobody else's process may look into this one's memory and environment, unless it is root's (prctl(2),
/// PR_SET_DUMPABLE). A program that this process starts is not covered.
void hide_process() noexcept;

} // namespace slipway::support
