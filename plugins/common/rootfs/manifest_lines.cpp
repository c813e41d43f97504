// SPDX-License-Identifier: GPL-3.0-or-later
#include <rootfs/manifest_lines.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::size_t longest_line = 1u << 20; // an entry with large extended attributes
constexpr std::string_view head = R"({"slipway_manifest":1,"entries":[)", tail = "]}";

using Take = std::function<Result<void>(std::string_view)>;

/// The frame around the entries, and which part of it comes next.
class Frame {
public:
    explicit Frame(const Take& take) : take_(take) {}

    Result<void> line(std::string_view text) {
        if (state_ == State::begin && (text == head || text == std::string(head) + std::string(tail))) {
            state_ = text == head ? State::entries : State::end;
            return {};
        }
        if (state_ != State::entries) return Error{Kind::verify, "manifest: not a file manifest"};
        if (text == tail) {
            state_ = State::end;
            return {};
        }
        if (text.ends_with(',')) text.remove_suffix(1);
        return take_(text);
    }

    Result<void> finish() const {
        return state_ == State::end ? Result<void>()
                                    : Result<void>(Error{Kind::verify, "manifest: cut short"});
    }

private:
    enum class State { begin, entries, end };

    const Take& take_;
    State state_ = State::begin;
};

} // namespace

Result<void> each_manifest_entry(int fd, const Take& take) {
    Frame frame(take);
    std::array<char, 64u << 10> block{};
    std::string line;
    for (;;) {
        const ssize_t n = ::read(fd, block.data(), block.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return support::errno_error("reading the manifest", errno);
        if (n == 0) break;
        std::string_view rest(block.data(), static_cast<std::size_t>(n));
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            SLIPWAY_TRY(frame.line(line += rest.substr(0, end)));
            line.clear();
            rest.remove_prefix(end + 1);
        }
        line += rest;
        if (line.size() > longest_line)
            return Error{Kind::verify, "manifest: a line of more than 1 MiB", "it has one entry a line"};
    }
    if (!line.empty()) SLIPWAY_TRY(frame.line(line));
    return frame.finish();
}

} // namespace slipway::rootfs
