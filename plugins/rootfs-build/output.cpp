// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.hpp"

#include <support/fs.hpp>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::rootfs {

support::Result<void> Output::write(std::string_view bytes) {
    constexpr std::size_t piece = 1u << 20, long_enough = 128u << 10; // to be worth a call of its own
    size_ += bytes.size();
    if (buffer_.size() + bytes.size() > piece || bytes.size() >= long_enough) SLIPWAY_TRY(flush());
    if (bytes.size() >= long_enough) return support::write_all(fd_, bytes, subject_);
    buffer_.append(bytes);
    return {};
}

support::Result<void> Output::flush() {
    auto written = support::write_all(fd_, buffer_, subject_);
    buffer_.clear();
    return written;
}

support::Result<void> Output::copy(int from, std::uint64_t offset, std::uint64_t length) {
    SLIPWAY_TRY(flush());
    size_ += length;
    for (auto at = static_cast<off_t>(offset); length > 0;) {
        ssize_t n = ::copy_file_range(from, &at, fd_, nullptr, length, 0);
        // A pipe, or a file on another file system.
        if (n < 0 && (errno == EINVAL || errno == EXDEV)) n = ::sendfile(fd_, from, &at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return support::errno_error(subject_, n < 0 ? errno : EIO);
        length -= static_cast<std::uint64_t>(n);
    }
    return {};
}

} // namespace slipway::rootfs
