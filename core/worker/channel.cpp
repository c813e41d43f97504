// SPDX-License-Identifier: GPL-3.0-or-later
#include <poll.h>
#include <sys/socket.h>
#include <worker/channel.hpp>

#include <array>
#include <cerrno>
#include <cstring>

namespace slipway::worker {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

struct Header {
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
};

constexpr std::uint32_t flag_fd = 1;

Error closed() {
    return Error{Kind::crashed, "the other end of the worker channel is gone"};
}

} // namespace

std::string encode_frame(const json::Value& body, bool with_fd) {
    const std::string text = json::dump(body);
    const Header header{static_cast<std::uint32_t>(text.size()), with_fd ? flag_fd : 0};
    std::string frame(sizeof header, '\0');
    std::memcpy(frame.data(), &header, sizeof header);
    return frame + text;
}

void FrameReader::feed(support::UniqueFd fd) {
    if (fds_.size() < most_fds_)
        fds_.push_back(std::move(fd));
    else
        too_many_fds_ = true;
}

Result<std::optional<Message>> FrameReader::next() {
    if (too_many_fds_) return Error{Kind::internal, "worker channel: a descriptor that belongs to no frame"};
    Header header;
    if (buffer_.size() < sizeof header) return std::optional<Message>();
    std::memcpy(&header, buffer_.data(), sizeof header);
    if (header.size > most_bytes_ || (header.flags & ~flag_fd) != 0)
        return Error{Kind::internal, "worker channel: malformed frame header"};
    if (buffer_.size() < sizeof header + header.size) return std::optional<Message>();
    auto body = json::parse(std::string_view(buffer_).substr(sizeof header, header.size));
    if (!body) return std::move(body).error().in("worker channel");
    Message message{std::move(body).value(), {}};
    if ((header.flags & flag_fd) != 0) {
        if (fds_.empty()) return Error{Kind::internal, "worker channel: a descriptor is missing"};
        message.fd = std::move(fds_.front());
        fds_.pop_front();
    }
    buffer_.erase(0, sizeof header + header.size);
    return std::optional<Message>(std::move(message));
}

Result<bool> receive_into(int socket, FrameReader& reader) {
    std::array<char, 64 << 10> bytes;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 8)> control;
    iovec part{bytes.data(), bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t n = 0;
    do {
        n = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n < 0 && errno == ECONNRESET) return false;
    if (n < 0) return support::errno_error("worker channel", errno);
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; at + sizeof(int) <= c->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
            reader.feed(support::UniqueFd(fd));
        }
    }
    if (n == 0) return false;
    reader.feed(std::string_view(bytes.data(), static_cast<std::size_t>(n)));
    return true;
}

Result<std::size_t> send_some(int socket, std::string_view bytes, int fd) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (fd >= 0) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        cmsghdr* c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    for (;;) {
        const ssize_t n = ::sendmsg(socket, &header, MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
        if (errno == EPIPE || errno == ECONNRESET) return closed();
        if (errno != EINTR) return support::errno_error("worker channel", errno);
    }
}

Result<void> Channel::send(const json::Value& body) {
    const std::string frame = encode_frame(body, false);
    std::string_view rest = frame;
    while (!rest.empty()) {
        SLIPWAY_TRY_ASSIGN(const std::size_t n, send_some(socket_.get(), rest, -1));
        rest.remove_prefix(n);
    }
    return {};
}

Result<Message> Channel::receive() {
    for (;;) {
        SLIPWAY_TRY_ASSIGN(std::optional<Message> message, reader_.next());
        if (message) return std::move(*message);
        SLIPWAY_TRY_ASSIGN(const bool open, receive_into(socket_.get(), reader_));
        if (!open) return closed();
    }
}

Result<std::optional<Message>> Channel::poll() {
    pollfd entry{socket_.get(), POLLIN, 0};
    while (::poll(&entry, 1, 0) > 0) {
        SLIPWAY_TRY_ASSIGN(const bool open, receive_into(socket_.get(), reader_));
        if (!open) return closed();
    }
    return reader_.next();
}

} // namespace slipway::worker
