// SPDX-License-Identifier: GPL-3.0-or-later
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <support/cores.hpp>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/channel.hpp>
#include <worker/children.hpp>
#include <worker/sandbox.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace slipway::check {

namespace json = support::json;
using Clock = std::chrono::steady_clock;
using support::UniqueFd;

namespace {

constexpr std::size_t most_printed = 64u << 10;

/// How often the parent looks whether a signal has come, in milliseconds.
constexpr int longest_poll = 200;

volatile std::sig_atomic_t signalled = 0;

struct Pipe {
    UniqueFd ours, theirs;
};

Pipe socket_pair() {
    int fds[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return {};
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Pipe output_pipe() {
    int fds[2] = {-1, -1};
    if (::pipe2(fds, O_CLOEXEC) != 0) return {};
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

bool send(int socket, const json::Value& body, int fd = -1) {
    const std::string frame = worker::encode_frame(body, fd >= 0);
    for (std::size_t sent = 0; sent < frame.size();) {
        auto n = worker::send_some(socket, std::string_view(frame).substr(sent), sent == 0 ? fd : -1);
        if (!n) return false;
        sent += n.value();
    }
    return true;
}

// ------------------------------------------------------------------------------------------- the child

void set_environment(const std::vector<std::string>& environment) {
    std::vector<std::string> kept;
    for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
        if (const char* value = ::getenv(name)) kept.push_back(std::string(name) + "=" + value);
    ::clearenv();
    for (const auto* list : {&environment, static_cast<const std::vector<std::string>*>(&kept)})
        for (const std::string& entry : *list) {
            const std::size_t equals = entry.find('=');
            ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
        }
    ::tzset();
}

void take_place(const ChildSetup& setup) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::setpgid(0, 0);
    for (int number = 1; number < NSIG; ++number)
        (void)::signal(number, SIG_DFL);
    (void)::signal(SIGPIPE, SIG_IGN);
    set_environment(setup.environment);
    ::umask(setup.umask);
    if (setup.one_processor) support::use_cores(1);
    if (!setup.folder.empty() && ::chdir(setup.folder.c_str()) != 0) ::_exit(126);
}

/// What undeclared network and programs come to is the observer's business; of a machine that has none, the
/// filter's, as in a run.
UniqueFd enclose(const ChildSetup& setup) {
    if (setup.plain) return {};
    UniqueFd watcher;
    if (setup.watch) watcher = start_watch(*setup.watch);
    return watcher;
}

void enter_sandbox(const ChildSetup& setup, bool watched) {
    if (setup.plain) return;
    worker::SandboxPolicy policy;
    policy.write_paths = setup.writes;
    policy.capabilities.network = watched || !setup.watch || setup.watch->network;
    policy.capabilities.exec = watched || !setup.watch || setup.watch->exec;
    policy.capabilities.read = setup.reads;
    worker::restrict_process(policy);
}

struct Streams {
    Pipe results, out, err;
};

[[noreturn]] void be_child(const ChildSetup& setup, const Work& work, Streams& streams) {
    take_place(setup);
    const UniqueFd null(::open("/dev/null", O_RDONLY));
    ::dup2(null.get(), 0);
    ::dup2(streams.out.theirs.get(), 1);
    ::dup2(streams.err.theirs.get(), 2);
    // Out of the way of the plugin's own descriptors.
    const int channel = ::fcntl(streams.results.theirs.get(), F_DUPFD_CLOEXEC, 500);
    for (int fd = 3; fd < 500; ++fd)
        ::close(fd);
    const UniqueFd watcher = enclose(setup);
    send(channel, json::Object{{"watched", static_cast<bool>(watcher)}}, watcher.get());
    enter_sandbox(setup, static_cast<bool>(watcher));
    const json::Value value = work([&](const std::string& text) {
        send(channel, json::Object{{"note", support::printable(text)}});
    });
    (void)std::fflush(nullptr);
    send(channel, json::Object{{"value", value}});
    ::_exit(0);
}

// ------------------------------------------------------------------------------------------ the parent

class Watcher {
public:
    Watcher(const ChildSetup& setup, pid_t pid, Streams& streams)
        : setup_(setup), pid_(pid), process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
          results_(std::move(streams.results.ours)), out_(std::move(streams.out.ours)),
          err_(std::move(streams.err.ours)) {}

    ChildResult wait() {
        const auto deadline = Clock::now() + setup_.limit;
        while (process_ && !is_interrupted()) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
            if (left.count() <= 0) {
                result_.ending = Ending::timed_out;
                break;
            }
            turn(static_cast<int>(std::min<std::int64_t>(left.count(), longest_poll)));
        }
        end();
        return std::move(result_);
    }

private:
    void turn(int milliseconds) {
        std::array<pollfd, 5> entries{{{process_.get(), POLLIN, 0},
                                       {results_.get(), POLLIN, 0},
                                       {out_.get(), POLLIN, 0},
                                       {err_.get(), POLLIN, 0},
                                       {calls_.get(), POLLIN, 0}}};
        if (::poll(entries.data(), entries.size(), milliseconds) <= 0) return;
        if (entries[4].revents & POLLIN) answer(calls_.get(), *setup_.watch, result_.observed);
        if (entries[4].revents & POLLHUP) calls_.reset();
        if (entries[1].revents != 0) take_results();
        if (entries[2].revents != 0) take_text(out_, result_.printed);
        if (entries[3].revents != 0) take_text(err_, result_.complained);
        if (entries[0].revents != 0) process_.reset();
    }

    void take_results() {
        auto open = worker::receive_into(results_.get(), reader_);
        while (auto message = reader_.next()) {
            if (!message.value()) break;
            take(std::move(*message.value()));
        }
        if (!open || !open.value()) results_.reset();
    }

    void take(worker::Message message) {
        if (message.fd) calls_ = std::move(message.fd);
        if (message.body["watched"].as_bool()) result_.observed.watched = true;
        if (const json::Value* note = message.body.find("note")) result_.doing = note->as_string();
        if (json::Value* value = message.body.find("value")) {
            result_.value = std::move(*value);
            returned_ = true;
        }
    }

    static void take_text(UniqueFd& fd, std::string& text) {
        std::array<char, 4096> bytes{};
        const ssize_t n = ::read(fd.get(), bytes.data(), bytes.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n <= 0) return fd.reset();
        if (text.size() < most_printed) text.append(bytes.data(), static_cast<std::size_t>(n));
    }

    void drain() {
        for (int i = 0; i < 64 && results_; ++i) {
            pollfd entry{results_.get(), POLLIN, 0};
            if (::poll(&entry, 1, 0) <= 0) break;
            take_results();
        }
        for (auto* stream : {&out_, &err_})
            for (int i = 0; i < 64 && *stream; ++i) {
                pollfd entry{stream->get(), POLLIN, 0};
                if (::poll(&entry, 1, 0) <= 0) break;
                take_text(*stream, stream == &out_ ? result_.printed : result_.complained);
            }
    }

    void end() {
        ::kill(pid_, SIGKILL);
        ::kill(-pid_, SIGKILL);
        calls_.reset();
        int status = 0;
        rusage usage{};
        ::wait4(pid_, &status, 0, &usage);
        result_.peak_kb = usage.ru_maxrss;
        // What it left behind is ours now: we are a subreaper.
        for (bool again = true; again;) {
            again = false;
            for (const pid_t left : worker::children_of_this_process()) {
                ::kill(left, SIGKILL);
                again = ::waitpid(left, nullptr, 0) == left || again;
            }
        }
        drain();
        if (result_.ending == Ending::timed_out || returned_) return;
        result_.ending = WIFSIGNALED(status) ? Ending::killed : Ending::exited;
        result_.number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }

    const ChildSetup& setup_;
    const pid_t pid_;
    UniqueFd process_, results_, out_, err_, calls_;
    worker::FrameReader reader_;
    bool returned_ = false;
    ChildResult result_;
};

} // namespace

void end_on_signals() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        (void)::signal(number, [](int) { signalled = 1; });
}

bool is_interrupted() {
    return signalled != 0;
}

std::string ChildResult::failure() const {
    const std::string place = doing.empty() ? "" : " in " + doing;
    if (!trouble.empty()) return trouble;
    if (ending == Ending::exited) return "ended the process with code " + std::to_string(number) + place;
    if (ending == Ending::timed_out) return "did not end in time" + place;
    if (ending != Ending::killed) return "";
    const char* name = ::sigabbrev_np(number);
    return "crashed with "
           + (name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number)) + place;
}

ChildResult in_child(const ChildSetup& setup, const Work& work) {
    Streams streams{socket_pair(), output_pipe(), output_pipe()};
    ChildResult failed;
    failed.ending = Ending::exited;
    failed.trouble = std::string("cannot start a child process: ") + std::strerror(errno);
    if (is_interrupted() || !streams.results.ours || !streams.out.ours || !streams.err.ours) return failed;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return failed;
    if (pid == 0) be_child(setup, work, streams);
    ::setpgid(pid, pid); // on both sides
    for (Pipe* pipe : {&streams.results, &streams.out, &streams.err})
        pipe->theirs.reset();
    return Watcher(setup, pid, streams).wait();
}

ChildResult in_this_process(const ChildSetup& setup, const Work& work) {
    const UniqueFd before(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!setup.folder.empty() && ::chdir(setup.folder.c_str()) != 0) return {};
    ChildResult result;
    result.value = work([&](const std::string& text) { result.doing = text; });
    if (::fchdir(before.get()) != 0) result.trouble = "the folder before is gone";
    return result;
}

} // namespace slipway::check
