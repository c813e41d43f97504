// SPDX-License-Identifier: GPL-3.0-or-later
#include "pipes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace slipway::check {

using support::UniqueFd;

namespace {

struct Ends {
    UniqueFd read, write;
};

Ends make_pipe() {
    int fds[2] = {-1, -1};
    if (::pipe2(fds, O_CLOEXEC) != 0) return {};
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// The first bytes one by one, each a packet (pipe(2), O_DIRECT), so that no read gives more, whatever the
/// timing; then as it comes.
void feed(UniqueFd to, const std::string& path) {
    auto from = support::open_read(path);
    if (!from) return;
    ::fcntl(to.get(), F_SETFL, O_DIRECT);
    std::array<char, 4096> bytes{};
    for (int i = 0;; ++i) {
        if (i == 64) ::fcntl(to.get(), F_SETFL, 0);
        const ssize_t n = ::read(from.value().get(), bytes.data(), i < 64 ? 1 : bytes.size());
        if (n <= 0) return;
        if (!support::write_all(to.get(), {bytes.data(), static_cast<std::size_t>(n)}, "pipe")) return;
    }
}

} // namespace

UniqueFd pipe_from(const std::string& path) {
    Ends ends = make_pipe();
    if (ends.write) std::thread(&feed, std::move(ends.write), path).detach();
    return std::move(ends.read);
}

PipeInto pipe_into(UniqueFd file) {
    Ends ends = make_pipe();
    std::jthread drain([from = std::move(ends.read), to = std::move(file)] {
        std::array<char, 777> bytes{};
        for (ssize_t n = 0; (n = ::read(from.get(), bytes.data(), bytes.size())) > 0;)
            (void)support::write_all(to.get(), {bytes.data(), static_cast<std::size_t>(n)}, "artifact");
    });
    return {std::move(ends.write), std::move(drain)};
}

} // namespace slipway::check
