// SPDX-License-Identifier: GPL-3.0-or-later
#include <piece_buffer.hpp>
#include <sys/mman.h>

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
    return *this;
}

PieceBuffer::~PieceBuffer() {
    if (data_ != nullptr) ::munmap(data_, room_);
}

void PieceBuffer::append(std::string_view bytes) {
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

} // namespace slipway::compress
