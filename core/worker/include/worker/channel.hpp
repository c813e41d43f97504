// SPDX-License-Identifier: GPL-3.0-or-later
//
// The wire between host and worker: a stream socket with frames of JSON, each with at most one file
// descriptor (SCM_RIGHTS).
//
//   frame = u32 length of the JSON text, u32 flags (1: a descriptor comes with it), the text
//
// Both numbers in the machine's byte order: both ends are the same binary. The messages are listed in
// protocol.hpp.
#pragma once

#include <support/fs.hpp>
#include <support/json.hpp>
#include <support/result.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::worker {

/// The largest frame a worker takes, and the largest that the host takes from a worker, in bytes. Every text
/// a worker sends is bounded (host_api.cpp), the detail of an effect by a megabyte, which JSON may write six
/// times as long.
inline constexpr std::size_t max_frame = 64u << 20;
inline constexpr std::size_t max_worker_frame = 8u << 20;

struct Message {
    support::json::Value body;
    support::UniqueFd fd;
};

/// Takes bytes and descriptors as they come off the socket and gives whole messages.
class FrameReader {
public:
    /// `most_bytes`: of a frame. `most_fds`: descriptors that may come ahead of their frames.
    explicit FrameReader(std::size_t most_bytes = max_frame, std::size_t most_fds = 8)
        : most_bytes_(most_bytes), most_fds_(most_fds) {}

    void feed(std::string_view bytes) { buffer_ += bytes; }

    /// One too many is closed, and the stream is broken.
    void feed(support::UniqueFd fd);

    /// The next whole message, nullopt if more bytes are needed, an error if the stream is broken (then
    /// nothing more can be read from it).
    support::Result<std::optional<Message>> next();

private:
    std::size_t most_bytes_, most_fds_;
    std::string buffer_;
    std::deque<support::UniqueFd> fds_;
    bool too_many_fds_ = false;
};

/// Header and text of a frame.
std::string encode_frame(const support::json::Value& body, bool with_fd);

/// One read of what is there (recvmsg) into `reader`. False at the end of the stream; on a non-blocking
/// socket with nothing to read, true.
support::Result<bool> receive_into(int socket, FrameReader& reader);

/// One write of as much of `bytes` as goes, `fd` (or -1) with the first byte. The number of bytes taken; 0
/// on a non-blocking socket that is full.
support::Result<std::size_t> send_some(int socket, std::string_view bytes, int fd);

/// A blocking end of the wire: the worker's.
class Channel {
public:
    explicit Channel(support::UniqueFd socket) : socket_(std::move(socket)) {}

    support::Result<void> send(const support::json::Value& body);
    support::Result<Message> receive();

    /// A message that has come already; never blocks.
    support::Result<std::optional<Message>> poll();

    int fd() const { return socket_.get(); }

private:
    support::UniqueFd socket_;
    FrameReader reader_;
};

} // namespace slipway::worker
