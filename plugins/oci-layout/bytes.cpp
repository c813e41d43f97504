// SPDX-License-Identifier: GPL-3.0-or-later
#include <bytes.hpp>
#include <support/fs.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace slipway::oci {

using support::Error;
using support::Kind;
using support::Result;

Result<std::string> read_bytes(int fd, std::uint64_t offset, std::size_t length, const std::string& name) {
    std::string bytes(length, '\0');
    for (std::size_t have = 0; have < length;) {
        const ssize_t n = ::pread(fd, bytes.data() + have, length - have, static_cast<off_t>(offset + have));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading '" + name + "'", errno);
        if (n == 0) return Error{Kind::verify, "'" + name + "' has become shorter while it was read"};
        have += static_cast<std::size_t>(n);
    }
    return bytes;
}

Result<void> for_bytes(int fd, std::uint64_t offset, std::uint64_t length, const std::string& name,
                       const Sink& sink) {
    constexpr std::uint64_t piece = 1u << 20;
    for (std::uint64_t done = 0; done < length;) {
        const auto n = static_cast<std::size_t>(std::min(piece, length - done));
        SLIPWAY_TRY_ASSIGN(const std::string bytes, read_bytes(fd, offset + done, n, name));
        SLIPWAY_TRY(sink(bytes));
        done += n;
    }
    return {};
}

Result<void> copy_file(int from, int to, const std::string& name) {
    struct stat status {};

    if (::fstat(from, &status) != 0) return support::errno_error("'" + name + "'", errno);
    return for_bytes(from, 0, static_cast<std::uint64_t>(status.st_size), name,
                     [&](std::string_view bytes) { return support::write_all(to, bytes, "'" + name + "'"); });
}

} // namespace slipway::oci
