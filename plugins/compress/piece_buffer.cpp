// SPDX-License-Identifier: GPL-3.0-or-later
#include <piece_buffer.hpp>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace slipway::compress {

PieceBuffer::PieceBuffer(std::size_t room) : room_(room) {
    void* const memory =
        ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(memory);
}

PieceBuffer& PieceBuffer::operator=(PieceBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(room_, other.room_);
    std::swap(size_, other.size_);
    std::swap(populated_, other.populated_);
    return *this;
}

PieceBuffer::~PieceBuffer() {
    if (data_ != nullptr) ::munmap(data_, room_);
}

void PieceBuffer::append(std::string_view bytes) {
    while (size_ + bytes.size() > populated_) {
        // Many pages at a time: a fault for each costs more than the copy. Where it is refused, that is how
        // it is.
        constexpr std::size_t step = 256u << 10;
        (void)::madvise(data_ + populated_, std::min(step, room_ - populated_), MADV_POPULATE_WRITE);
        populated_ = std::min(populated_ + step, room_);
    }
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

} // namespace slipway::compress
