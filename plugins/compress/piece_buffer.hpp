// SPDX-License-Identifier: GPL-3.0-or-later
//
// Memory for a piece of input: taken from the system and given back as a whole, since the allocator would
// keep what pieces of changing sizes leave.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace slipway::compress {

/// Room for a fixed number of bytes; only what is filled costs memory. Throws std::bad_alloc.
class PieceBuffer {
public:
    PieceBuffer() = default; ///< no room
    explicit PieceBuffer(std::size_t room);

    PieceBuffer(PieceBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), room_(std::exchange(other.room_, 0)),
          size_(std::exchange(other.size_, 0)), populated_(std::exchange(other.populated_, 0)) {}

    PieceBuffer& operator=(PieceBuffer&& other) noexcept;
    ~PieceBuffer();

    /// `bytes` must fit.
    void append(std::string_view bytes);

    /// Append `size` bytes of a file, from its offset on. False: they do not fit, or it has fewer.
    bool read(int fd, std::size_t size);

    /// Empty it; its memory stays.
    void clear() { size_ = 0; }

    /// Bytes of memory it has.
    std::size_t touched() const { return populated_; }

    char* data() { return data_; }

    std::size_t size() const { return size_; }

    std::size_t room_left() const { return room_ - size_; }

    std::string_view view() const { return {data_, size_}; }

private:
    void populate(std::size_t size);

    char* data_ = nullptr;
    std::size_t room_ = 0, size_ = 0;
    std::size_t populated_ = 0; ///< with memory behind them, as far as append() knows
};

} // namespace slipway::compress
