// SPDX-License-Identifier: GPL-3.0-or-later
#include <support/secret_bytes.hpp>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace slipway::support {

SecretBytes SecretBytes::of_capacity(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGE_SIZE));
    SecretBytes out;
    out.mapped_ = (size + 1 + page - 1) / page * page; // a NUL comes behind it
    void* memory = ::mmap(nullptr, out.mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // Where locking is refused the rest still holds.
    (void)::mlock(memory, out.mapped_);
    (void)::madvise(memory, out.mapped_, MADV_DONTDUMP);
    out.data_ = static_cast<char*>(memory);
    return out;
}

SecretBytes::SecretBytes(std::string_view bytes) : SecretBytes(of_capacity(bytes.size())) {
    std::memcpy(data_, bytes.data(), bytes.size());
    size_ = bytes.size();
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    return *this;
}

SecretBytes::~SecretBytes() {
    if (data_ == nullptr) return;
    ::explicit_bzero(data_, mapped_);
    ::munmap(data_, mapped_);
}

SecretBytes SecretBytes::with_room() {
    return of_capacity(largest + 1);
}

Result<bool> SecretBytes::read_more(int fd, const std::string& subject) {
    ssize_t n = 0;
    do {
        n = ::read(fd, data_ + size_, largest + 1 - size_);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return errno_error("reading " + subject, errno);
    size_ += static_cast<std::size_t>(n);
    if (size_ > largest)
        return Error{Kind::resource, subject + ": more than 64 KiB, which is no secret but a file",
                     "keep what is large in a file, and only its key secret"};
    return n > 0;
}

Result<SecretBytes> SecretBytes::read(int fd, const std::string& subject) {
    SecretBytes all = with_room();
    for (bool more = true; more;) {
        SLIPWAY_TRY_ASSIGN(more, all.read_more(fd, subject));
    }
    return SecretBytes(all.view());
}

void SecretBytes::shorten(std::size_t size) noexcept {
    if (data_ == nullptr) return;
    ::explicit_bzero(data_ + size, size_ - size);
    size_ = size;
}

void forbid_core_dumps() noexcept {
    // Not 0: a kernel.core_pattern with a pipe is told of every crash but one under a limit of exactly 1
    // (core(5), and do_coredump() in the kernel's fs/coredump.c). No dump fits into one byte either.
    rlimit limit{1, 1};
    if (::setrlimit(RLIMIT_CORE, &limit) == 0) return;
    (void)::getrlimit(RLIMIT_CORE, &limit); // the hard limit is 0 already
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1);
    (void)::setrlimit(RLIMIT_CORE, &limit);
}

void hide_process() noexcept {
    (void)::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace slipway::support
