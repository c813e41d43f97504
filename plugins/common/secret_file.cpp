// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/secret_file.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace slipway::common {

using support::Result;

Result<SecretFile> SecretFile::make(std::string_view value) {
    SecretFile file;
    file.size_ = value.size();
    file.fd_ = support::UniqueFd(::memfd_create("secret", MFD_CLOEXEC));
    if (!file.fd_ || ::ftruncate(file.fd(), static_cast<off_t>(value.size())) != 0
        || ::fchmod(file.fd(), 0400) != 0)
        return support::errno_error("making a file in memory", errno);
    if (value.empty()) return file;
    void* memory = ::mmap(nullptr, value.size(), PROT_READ | PROT_WRITE, MAP_SHARED, file.fd(), 0);
    if (memory == MAP_FAILED) return support::errno_error("mapping a file in memory", errno);
    file.memory_ = static_cast<char*>(memory);
    (void)::mlock(memory, value.size()); // else its pages could be swapped out
    (void)::madvise(memory, value.size(), MADV_DONTDUMP);
    std::memcpy(memory, value.data(), value.size());
    return file;
}

SecretFile::SecretFile(SecretFile&& other) noexcept
    : fd_(std::move(other.fd_)), memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}

SecretFile::~SecretFile() {
    if (memory_ == nullptr) return;
    ::explicit_bzero(memory_, size_);
    ::munmap(memory_, size_);
}

std::string SecretFile::path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd());
}

std::string SecretFile::inherited_path() const {
    return "/proc/self/fd/" + std::to_string(fd());
}

} // namespace slipway::common
