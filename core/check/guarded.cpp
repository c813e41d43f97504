// SPDX-License-Identifier: GPL-3.0-or-later
#include "guarded.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <vector>

namespace slipway::check {

void* guarded_copy(const void* source, std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t room = (size + page - 1) / page * page;
    void* memory = ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    char* end = static_cast<char*>(memory) + room;
    ::mprotect(end, page, PROT_NONE);
    return std::memcpy(end - size, source, size);
}

void* lengthened_copy(const void* source, std::size_t size, std::size_t more) {
    std::vector<char> longer(size + more, '\xA5');
    std::memcpy(longer.data(), source, size);
    return guarded_copy(longer.data(), longer.size());
}

} // namespace slipway::check
