// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <process.hpp>
#include <support/fs.hpp>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

namespace slipway::exec {

using support::errno_error;
using support::Error;
using support::Kind;
using support::Result;
using support::UniqueFd;

namespace {

bool is_file(const std::string& path) {
    struct stat st {};

    return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

Result<pid_t> start(const Command& command, int error_end) {
    support::Spawn spawn;
    spawn.separate();
    spawn.change_folder(command.folder);
    for (const int fd : command.inherited)
        spawn.give(fd, fd);
    if (command.input >= 0)
        spawn.give(command.input, STDIN_FILENO);
    else
        spawn.give_null(STDIN_FILENO);
    if (command.output >= 0) spawn.give(command.output, STDOUT_FILENO);
    spawn.give(error_end, STDERR_FILENO);
    pid_t child = -1;
    const int failed = spawn.start(command.program, command.arguments, command.environment, child);
    if (failed == 0) return child;
    Error error = errno_error("starting '" + support::printable(command.program) + "'", failed);
    if (failed == ENOENT)
        error.hint = "the file is there: its interpreter (first line, after '#!') may be missing";
    if (failed == ENOEXEC) error.hint = "a script needs a first line such as '#!/usr/bin/python3'";
    return error;
}

/// Keeps the last lines of what it is fed, whole ones: nobody could tell whether half of a line is half a
/// secret.
class Tail {
public:
    void feed(std::string_view bytes) {
        if (skipping_) {
            const auto end = bytes.find('\n');
            if (end == std::string_view::npos) return;
            bytes.remove_prefix(end + 1);
        }
        text_ += bytes;
        skipping_ = false;
        if (text_.size() <= limit) return;
        // The byte before the last `limit` may end a line.
        const auto end = text_.find('\n', text_.size() - limit - 1);
        skipping_ = end == std::string::npos;
        text_.erase(0, skipping_ ? end : end + 1);
    }

    std::vector<std::string> lines() const {
        constexpr std::size_t most = 20;
        auto lines = support::split(text_, '\n');
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
        if (lines.size() > most) lines.erase(lines.begin(), lines.end() - most);
        for (std::string& line : lines)
            line = support::printable(line);
        return lines;
    }

private:
    static constexpr std::size_t limit = 8192;
    std::string text_;
    bool skipping_ = false; ///< inside a line that was too long
};

/// A running child: its process group is killed when it has ended, or when this goes.
class Child {
public:
    // glibc 2.36 declares pidfd_open() as a C++ function
    explicit Child(pid_t pid) : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

    ~Child() {
        if (status_) return;
        kill(SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    Child(const Child&) = delete;

    int handle() const { return handle_.get(); }

    void kill(int signal) const { ::kill(-pid_, signal); }

    /// Its wait status, once it has ended; the rest of its group is killed then, while its pid still stands
    /// for it.
    std::optional<int> status() {
        siginfo_t info{};
        const auto id = static_cast<id_t>(pid_);
        if (status_ || ::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid_)
            return status_;
        kill(SIGKILL);
        int status = 0;
        if (::waitpid(pid_, &status, 0) == pid_) status_ = status;
        return status_;
    }

private:
    pid_t pid_;
    UniqueFd handle_;
    std::optional<int> status_;
};

/// Passes on what can be read now. False at the end of the stream.
bool forward(int from, Tail& tail) {
    std::array<char, 16384> buffer{};
    const ssize_t n = ::read(from, buffer.data(), buffer.size());
    if (n < 0) return errno == EINTR || errno == EAGAIN;
    if (n == 0) return false;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    tail.feed(bytes);
    (void)support::write_all(STDERR_FILENO, bytes,
                             "standard error"); // a closed log must not stop the program
    return true;
}

/// SIGTERM when cancelled, SIGKILL two seconds later.
class Stopper {
public:
    void look(const Child& child, const std::function<bool()>& cancelled) {
        const auto now = std::chrono::steady_clock::now();
        if (!told_ && cancelled()) {
            told_ = now;
            child.kill(SIGTERM);
        }
        if (told_ && now - *told_ >= std::chrono::seconds(2)) child.kill(SIGKILL);
    }

    bool told() const { return told_.has_value(); }

private:
    std::optional<std::chrono::steady_clock::time_point> told_;
};

} // namespace

Result<std::string> find_program(const std::string& name) {
    std::vector<std::string> candidates{name};
    if (name.find('/') == std::string::npos) {
        candidates.clear();
        for (const std::string& folder : support::split(search_path, ':'))
            candidates.push_back(folder + "/" + name);
    }
    const std::string* present = nullptr;
    for (const std::string& candidate : candidates) {
        if (!is_file(candidate)) continue;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
        present = &candidate;
    }
    const std::string shown = "program '" + support::printable(name) + "'";
    if (present != nullptr)
        return Error{Kind::denied, shown + ": '" + support::printable(*present) + "' is not executable",
                     "give it the right with chmod +x"};
    if (candidates.size() > 1)
        return Error{Kind::not_found, shown + ": not in " + std::string(search_path),
                     "install it, or give its whole path"};
    return Error{Kind::not_found, shown + ": no such file",
                 "check the path; '~' and variables are not expanded"};
}

Result<Ended> run(const Command& command, const std::function<bool()>& cancelled) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    SLIPWAY_TRY_ASSIGN(const pid_t pid, start(command, write_end.get()));
    write_end.reset();
    Child child(pid);
    Tail tail;
    Stopper stopper;
    std::array<pollfd, 2> watched{{{child.handle(), POLLIN, 0}, {read_end.get(), POLLIN, 0}}};
    while (!child.status()) {
        // without a handle (an old kernel, a strict sandbox) the end is seen at the next turn
        ::poll(watched.data(), watched.size(), child.handle() >= 0 ? 100 : 20);
        if (watched[1].revents != 0 && !forward(read_end.get(), tail)) watched[1].fd = -1;
        stopper.look(child, cancelled);
    }
    // What it wrote last is in the pipe (64 KiB); others that still write to it are not waited for.
    for (int i = 0; i < 8 && ::poll(&watched[1], 1, 0) > 0 && forward(read_end.get(), tail); ++i) {
    }
    const int status = *child.status();
    return Ended{WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                 stopper.told(), tail.lines()};
}

} // namespace slipway::exec
