// SPDX-License-Identifier: GPL-3.0-or-later
#include <compress.hpp>
#include <fmt/format.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace slipway::compress {

namespace {

using support::Error;
using support::Kind;
using support::Result;

constexpr std::size_t buffer_size = 1u << 20;

/// Fill the buffer as far as the input goes. Full buffers only, but for the last: encoders see the same
/// cuts whether the input is a file or a pipe that trickles.
Result<std::string_view> fill(int fd, std::vector<char>& buffer, const std::string& name) {
    std::size_t have = 0;
    while (have < buffer.size()) {
        const ssize_t n = ::read(fd, buffer.data() + have, buffer.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading '" + name + "'", errno);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    return std::string_view(buffer.data(), have);
}

/// The file being made: written, hashed and counted in one go.
class Sink {
public:
    explicit Sink(const Job& job) : fd_(job.out), subject_("'" + job.out_name + "'") {}

    Result<void> write(std::string_view bytes) {
        size_ += bytes.size();
        hash_.update(bytes);
        return support::write_all(fd_, bytes, subject_);
    }

    std::uint64_t size() const { return size_; }

    support::Digest digest() { return hash_.finish(); }

private:
    int fd_;
    std::string subject_;
    std::uint64_t size_ = 0;
    support::Sha256 hash_;
};

} // namespace

Result<Archive> compress(const Job& job, Encoder& encoder, const Meter& meter) {
    const Error cancelled{Kind::cancelled, "compressing '" + job.in_name + "': cancelled"};
    std::vector<char> in(buffer_size), out(buffer_size);
    Sink sink(job);
    std::uint64_t done = 0;
    for (bool finished = false; !finished;) {
        SLIPWAY_TRY_ASSIGN(std::string_view rest, fill(job.in, in, job.in_name));
        const Input input = rest.size() < in.size() ? Input::end : Input::more;
        const std::uint64_t end = done + rest.size();
        while (input == Input::end ? !finished : !rest.empty()) {
            if (!meter(end - rest.size())) return cancelled;
            SLIPWAY_TRY_ASSIGN(const Encoder::Step step, encoder.step(rest, input, out));
            SLIPWAY_TRY(sink.write({out.data(), step.produced}));
            finished = step.finished;
        }
        done = end;
    }
    if (!meter(done)) return cancelled; // nothing is published yet
    return Archive{done, sink.size(), sink.digest()};
}

Result<void> check_input(const std::string& name, const Archive& archive, std::uint64_t size) {
    if (archive.in_size == size) return {};
    return Error{
        Kind::verify,
        fmt::format("'{}': has changed while it was read: {} bytes, and not {}", name, archive.in_size, size),
        "let nothing else write to it and try again"};
}

Result<void> check_size(const std::string& name, const Archive& archive, std::uint64_t max_size) {
    if (max_size == 0 || archive.size <= max_size) return {};
    return Error{Kind::resource,
                 fmt::format("'{}': {} bytes ({}), but max_size is {} ({})", name, archive.size,
                             support::human_bytes(archive.size), max_size, support::human_bytes(max_size)),
                 fmt::format("try a higher level, the format xz, or fewer packages: the input has {}",
                             support::human_bytes(archive.in_size))};
}

std::string checksum_line(const support::Digest& digest, const std::string& name) {
    std::string escaped;
    for (const char c : name) {
        if (c == '\\')
            escaped += "\\\\";
        else if (c == '\n')
            escaped += "\\n";
        else if (c == '\r')
            escaped += "\\r";
        else
            escaped += c;
    }
    return fmt::format("{}{}  {}\n", escaped == name ? "" : "\\", digest.hex(), escaped);
}

} // namespace slipway::compress
