// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <rootfs/commands.hpp>
#include <support/text.hpp>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>

namespace slipway::rootfs {

using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kept_lines = 20;
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_kept = 1u << 20; // bytes of one command, logged and kept

/// Takes what a program prints: to the log, and the last lines for the error.
class Printed {
public:
    Printed(const Command& command, const CommandLog& log) : command_(command), log_(log) {}

    void feed(std::string_view bytes) {
        all_ += bytes.substr(0, most_kept - all_.size());
        for (const char c : bytes) {
            if (c != '\n') line_ += c;
            if (c == '\n' || line_.size() >= longest_line) finish_line();
        }
    }

    void end(Ran& ran) {
        if (!line_.empty()) finish_line();
        ran.last.assign(last_.begin(), last_.end());
        ran.printed = std::move(all_);
    }

private:
    void finish_line() {
        std::string line = support::printable_text(std::exchange(line_, {}));
        if (logged_ <= most_kept) log_.info(command_.name + ": " + line);
        logged_ += line.size() + 1;
        if (logged_ > most_kept && !told_) {
            told_ = true;
            log_.warn(command_.name + " prints more than 1 MiB: the rest is not logged");
        }
        last_.push_back(std::move(line));
        if (last_.size() > kept_lines) last_.pop_front();
    }

    const Command& command_;
    const CommandLog& log_;
    std::string line_, all_;
    std::deque<std::string> last_;
    std::size_t logged_ = 0;
    bool told_ = false;
};

Result<UniqueFd> input_of(const Command& command) {
    if (command.input.empty()) {
        UniqueFd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!fd) return support::errno_error("opening '/dev/null'", errno);
        return fd;
    }
    UniqueFd fd(::memfd_create("input", MFD_CLOEXEC));
    if (!fd) return support::errno_error("making standard input", errno);
    SLIPWAY_TRY(support::write_all(fd.get(), command.input, "standard input"));
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) return support::errno_error("making standard input", errno);
    return fd;
}

/// False at the end of what there is.
bool forward(int from, Printed& printed) {
    std::array<char, 16384> bytes{};
    const ssize_t n = ::read(from, bytes.data(), bytes.size());
    if (n < 0) return errno == EINTR;
    printed.feed({bytes.data(), static_cast<std::size_t>(n)});
    return n > 0;
}

enum class Stopped { no, late, cancelled };

/// Pass on what is printed until the end can be read from `socket`.
Stopped attend(int socket, int output, Printed& printed, Clock::time_point deadline, const CommandLog& log) {
    Stopped stopped = Stopped::no;
    std::array<pollfd, 2> watched{{{socket, POLLIN, 0}, {output, POLLIN, 0}}};
    while (watched[0].revents == 0) {
        ::poll(watched.data(), watched.size(), 100);
        if (watched[1].revents != 0 && !forward(output, printed) && errno != EAGAIN) watched[1].fd = -1;
        if (stopped != Stopped::no) continue;
        if (log.cancelled()) stopped = Stopped::cancelled;
        if (Clock::now() >= deadline) stopped = Stopped::late;
        if (stopped != Stopped::no) ::shutdown(socket, SHUT_WR);
    }
    while (forward(output, printed)) {
    }
    return stopped;
}

} // namespace

Command parse_command(const support::json::Value& value) {
    Command command;
    for (const support::json::Value& word : value["run"].as_array())
        command.arguments.push_back(word.as_string());
    command.name = "command '" + support::printable(command.arguments.front()) + "'";
    command.timeout = std::chrono::seconds(value["timeout"].as_integer(300));
    for (const support::json::Member& variable : value["env"].as_object())
        command.environment[variable.key] = variable.value.as_string();
    return command;
}

std::vector<std::string> environment_of(const Command& command, std::int64_t epoch) {
    std::map<std::string, std::string> all{
        {"HOME", "/root"},
        {"LANG", "C.UTF-8"},
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"SOURCE_DATE_EPOCH", std::to_string(epoch)}};
    for (const auto& [name, value] : command.environment)
        all[name] = value;
    std::vector<std::string> out;
    for (const auto& [name, value] : all)
        out.push_back(name + '=' + value);
    return out;
}

Result<Ran> run_program(const Command& command, const Enclosure& enclosure, std::int64_t epoch,
                        const CommandLog& log) {
    const std::string words = support::join(command.arguments, " ");
    log.info("running " + command.name + ": " + support::printable(words.substr(0, 200)));
    SLIPWAY_TRY_ASSIGN(const UniqueFd input, input_of(command));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return support::errno_error("making a pipe", errno);
    const UniqueFd output(ends[0]);
    UniqueFd far_output(ends[1]);
    ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
    SLIPWAY_TRY_ASSIGN(
        const UniqueFd socket,
        enclosure.start(command.arguments, environment_of(command, epoch), input.get(), far_output.get()));
    far_output.reset();
    Printed printed(command, log);
    const Stopped stopped = attend(socket.get(), output.get(), printed, Clock::now() + command.timeout, log);
    Ran ran;
    SLIPWAY_TRY_ASSIGN(ran.ended, enclosure.end(socket.get()));
    printed.end(ran);
    ran.late = stopped == Stopped::late;
    const Ended& ended = ran.ended;
    if (stopped == Stopped::cancelled) return Error{Kind::cancelled, "cancelled"};
    if (!ended.left.empty())
        log.warn(command.name + " left processes behind: " + ended.left + "; they were killed");
    if (!ran.late && !ended.failure.empty() && ended.failure_kind != Kind::not_found)
        return Error{Kind::unsupported, command.name + ": " + ended.failure, ended.hint, std::move(ran.last)};
    return ran;
}

std::string end_text(const Command& command, const Ran& ran) {
    if (ran.late) return "was stopped after " + support::human_duration(command.timeout);
    if (!ran.ended.failure.empty()) return ran.ended.failure;
    if (ran.ended.signal != 0)
        return "was killed by signal " + std::to_string(ran.ended.signal) + " ("
               + ::sigdescr_np(ran.ended.signal) + ")";
    return "exited with " + std::to_string(ran.ended.code);
}

Result<void> run_command(const Command& command, const Enclosure& enclosure, std::int64_t epoch,
                         const CommandLog& log) {
    SLIPWAY_TRY_ASSIGN(Ran ran, run_program(command, enclosure, epoch, log));
    const Ended& ended = ran.ended;
    const bool ran_not = !ended.failure.empty() && !ran.late;
    if (!ran.late && !ran_not && ended.signal == 0 && ended.code == 0) return {};
    Error error{Kind::io, command.name + (ran_not ? ": " : " ") + end_text(command, ran)};
    if (ran.late) {
        error.kind = Kind::resource;
        error.hint = "give it more time with 'timeout'";
    } else if (ran_not) {
        error.kind = Kind::unsupported;
    } else if (ended.signal == 0) {
        if (!ran.last.empty()) error.what += ": " + ran.last.back();
        error.hint = "what it printed is in the log";
    }
    error.trace = std::move(ran.last);
    return error;
}

} // namespace slipway::rootfs
