// SPDX-License-Identifier: GPL-3.0-or-later
#include <piece_buffer.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace slipway::compress {

PieceBuffer::PieceBuffer(std::size_t room) : room_(room) {
    void* const memory =
        ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(memory);
    // Where there are such: one costs less than the small ones in its place. The first is for small pieces,
    // too.
    constexpr std::size_t huge_page = 2u << 20;
    if (room > huge_page) (void)::madvise(data_ + huge_page, room - huge_page, MADV_HUGEPAGE);
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

/// Have memory behind the next `size` bytes.
void PieceBuffer::populate(std::size_t size) {
    if (size_ + size <= populated_) return;
    // Many pages at a time: a fault for each costs more than the copy. Where it is refused, that is how it
    // is.
    constexpr std::size_t step = 64u << 10;
    const std::size_t some =
        std::min((size_ + size - populated_ + step - 1) / step * step, room_ - populated_);
    (void)::madvise(data_ + populated_, some, MADV_POPULATE_WRITE);
    populated_ += some;
}

void PieceBuffer::append(std::string_view bytes) {
    populate(bytes.size());
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

bool PieceBuffer::read(int fd, std::size_t size) {
    if (size > room_left()) return false;
    populate(size);
    while (size > 0) {
        const ssize_t n = ::read(fd, data_ + size_, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        size_ += static_cast<std::size_t>(n);
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

} // namespace slipway::compress
