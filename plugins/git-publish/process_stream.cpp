// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <process_stream.hpp>
#include <signal.h>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_words = 8192;
constexpr std::size_t read_ahead = 1u << 20;
constexpr int most_lines = 20;
/// A program that has been told that all is over.
constexpr std::chrono::seconds farewell{5};

std::vector<std::string> last_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::string line : support::split(text, '\n')) {
        if (line.ends_with('\r')) line.pop_back(); // ssh ends its lines for a terminal
        if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(support::printable(line));
    }
    if (lines.size() > most_lines) lines.erase(lines.begin(), lines.end() - most_lines);
    return lines;
}

} // namespace

Result<std::unique_ptr<Stream>> ProcessStream::start(const Program& program, const Stop& stop) {
    std::unique_ptr<ProcessStream> made(new ProcessStream(program, stop));
    int talk[2], said[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) != 0 || ::pipe2(said, O_CLOEXEC) != 0)
        return support::errno_error("starting " + program.path, errno);
    const UniqueFd their_talk(talk[1]), their_said(said[1]);
    made->talk_ = UniqueFd(talk[0]);
    made->said_ = UniqueFd(said[0]);
    ::fcntl(said[0], F_SETFL, O_NONBLOCK);
    support::Spawn spawn;
    spawn.give(their_talk.get(), STDIN_FILENO);
    spawn.give(their_talk.get(), STDOUT_FILENO);
    spawn.give(their_said.get(), STDERR_FILENO);
    spawn.separate();
    const int failed = spawn.start(program.path, program.arguments, program.environment, made->pid_);
    if (failed != 0) {
        made->pid_ = -1;
        return Error{Kind::unsupported, "starting " + program.path + ": " + std::strerror(failed),
                     "install " + program.arguments.front()};
    }
    return std::unique_ptr<Stream>(std::move(made));
}

ProcessStream::~ProcessStream() {
    end();
}

/// Until the socket can be written to, or bytes have come: true. False: the program has closed its side.
Result<bool> ProcessStream::wait(bool to_write) {
    const auto begun = Clock::now();
    for (;;) {
        pollfd fds[] = {{talk_.get(), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0},
                        {said_.get(), POLLIN, 0}};
        if (over_ || incoming_.size() > read_ahead) fds[0].events = to_write ? POLLOUT : 0;
        ::poll(fds, said_ ? 2 : 1, 100);
        if (said_ && fds[1].revents != 0) take_words();
        if ((fds[0].revents & POLLIN) != 0) take_bytes();
        if (to_write && (fds[0].revents & (POLLOUT | POLLERR)) != 0) return true;
        if (!to_write && !incoming_.empty()) return true;
        if (over_ || (fds[0].revents & POLLHUP) != 0) return false;
        if (stop_()) return Error{Kind::cancelled, "cancelled"};
        if (Clock::now() - begun > program_.silence)
            return Error{Kind::net_transient,
                         fmt::format("the other side has neither taken nor sent a byte for {} s",
                                     program_.silence.count()),
                         "run again: what it has taken will be recognised", last_lines(words_)};
    }
}

void ProcessStream::take_words() {
    char buffer[4096];
    const ssize_t n = ::read(said_.get(), buffer, sizeof buffer);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) said_.reset();
    if (n > 0) words_.append(buffer, static_cast<std::size_t>(n));
    if (words_.size() > most_words) words_.erase(0, words_.size() - most_words);
}

void ProcessStream::take_bytes() {
    char buffer[65536];
    const ssize_t n = ::recv(talk_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) incoming_.append(buffer, static_cast<std::size_t>(n));
    over_ = over_ || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

Result<void> ProcessStream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        SLIPWAY_TRY_ASSIGN(const bool open, wait(true));
        if (!open) return failure();
        const ssize_t n = ::send(talk_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n < 0) return failure();
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::size_t> ProcessStream::read(char* buffer, std::size_t size) {
    if (incoming_.empty()) SLIPWAY_TRY(wait(false));
    if (incoming_.empty() && end() == 0) return std::size_t{0};
    if (incoming_.empty()) return failure();
    const std::size_t n = std::min(size, incoming_.size());
    std::memcpy(buffer, incoming_.data(), n);
    incoming_.erase(0, n);
    return n;
}

/// The program hears that all is over, and has a moment to end. Its exit status.
int ProcessStream::end() {
    if (pid_ < 0) return status_;
    ::shutdown(talk_.get(), SHUT_WR);
    const auto begun = Clock::now();
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (Clock::now() - begun > farewell || stop_()) {
            ::kill(-pid_, SIGKILL);
            ::waitpid(pid_, &status, 0);
            break;
        }
        if (said_) take_words();
        char rest[4096];
        while (::recv(talk_.get(), rest, sizeof rest, MSG_DONTWAIT) > 0) {
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ::kill(-pid_, SIGKILL); // what it has started
    pid_ = -1;
    for (int i = 0; said_ && i < 4; ++i) // what is left in the pipe; nobody writes to it any more
        take_words();
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
}

Error ProcessStream::failure() {
    const int status = end();
    return program_.verdict(status, last_lines(words_));
}

} // namespace slipway::git_publish
