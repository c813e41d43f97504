// SPDX-License-Identifier: GPL-3.0-or-later
//
// A buffered file of bytes going out.
#pragma once

#include <support/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::rootfs {

/// Writes to a descriptor it does not own, in pieces of about a megabyte. Nothing is sure to be written
/// before flush().
class Output {
public:
    /// `subject` names the file in error messages.
    Output(int fd, std::string subject) : fd_(fd), subject_(std::move(subject)) {}

    support::Result<void> write(std::string_view bytes);
    support::Result<void> flush();

    /// The bytes [offset, offset + length) of another file. Ours may be a pipe.
    support::Result<void> copy(int from, std::uint64_t offset, std::uint64_t length);

    /// Bytes given to write() so far.
    std::uint64_t size() const { return size_; }

private:
    int fd_;
    std::string subject_;
    std::string buffer_;
    std::uint64_t size_ = 0;
};

} // namespace slipway::rootfs
