// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.hpp"

#include <support/fs.hpp>

namespace slipway::rootfs {

support::Result<void> Output::write(std::string_view bytes) {
    constexpr std::size_t piece = 1u << 20;
    size_ += bytes.size();
    if (buffer_.size() + bytes.size() > piece) SLIPWAY_TRY(flush());
    if (bytes.size() >= piece) return support::write_all(fd_, bytes, subject_);
    buffer_.append(bytes);
    return {};
}

support::Result<void> Output::flush() {
    auto written = support::write_all(fd_, buffer_, subject_);
    buffer_.clear();
    return written;
}

} // namespace slipway::rootfs
