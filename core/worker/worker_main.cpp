// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks.hpp"
#include "watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <support/secret_bytes.hpp>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/children.hpp>
#include <worker/protocol.hpp>
#include <worker/serve.hpp>
#include <worker/worker_main.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <vector>

namespace slipway::worker {

namespace json = support::json;

namespace {

// What the supervisor is told to do, as signals: pass SIGTERM on, or end everything now.
constexpr int signal_terminate = SIGTERM;
constexpr int signal_kill = SIGINT;

/// How often memory and free space are looked at.
constexpr int measure_interval_ms = 50;

/// This process is a subreaper: what the dead worker's children and grandchildren were is now ours.
std::vector<std::string> kill_what_is_left() {
    std::vector<std::string> names;
    std::set<pid_t> seen;
    for (;;) {
        for (const pid_t pid : children_of_this_process()) {
            if (seen.insert(pid).second)
                names.push_back(name_of_process(pid) + " (" + std::to_string(pid) + ")");
            ::kill(pid, SIGKILL);
        }
        int status = 0;
        if (::waitpid(-1, &status, 0) < 0 && errno == ECHILD) return names;
    }
}

void tell_host(const json::Value& line) {
    (void)support::write_all(report_fd, json::dump(line) + "\n", "report");
}

void report(int status, const std::vector<std::string>& left) {
    json::Value line = json::Object{};
    if (WIFSIGNALED(status))
        line.set("signal", WTERMSIG(status));
    else
        line.set("code", WEXITSTATUS(status));
    line.set("left", json::Array(left.begin(), left.end()));
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    line.set("peak_mb", std::int64_t{(used.ru_maxrss + 1023) / 1024});
    tell_host(line);
}

void kill_all(pid_t worker) {
    ::kill(-worker, SIGKILL);
    for (const pid_t pid : children_of_this_process())
        ::kill(pid, SIGKILL);
}

/// Take one signal; true if a child may have ended.
bool take_signal(int signals, pid_t worker) {
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) != sizeof info) return false;
    if (info.ssi_signo == signal_terminate) ::kill(-worker, SIGTERM);
    if (info.ssi_signo == signal_kill) kill_all(worker);
    return true;
}

/// True when the worker was among the children that have ended, with its status.
bool reap(pid_t worker, int& status) {
    bool reaped = false;
    for (int s = 0; const pid_t pid = ::waitpid(-1, &s, WNOHANG);) {
        if (pid < 0) break;
        if (pid != worker) continue;
        reaped = true;
        status = s;
    }
    return reaped;
}

[[noreturn]] void supervise(pid_t worker, const sigset_t& signals, support::UniqueFd watch_socket) {
    ::close(channel_fd);
    // The pipes of standard output and error end when the worker's side has ended.
    ::dup2(0, 1);
    ::dup2(0, 2);
    Watch watch(std::move(watch_socket), [worker](const json::Value& line) {
        tell_host(line);
        if (line.find("exceeded") != nullptr) kill_all(worker);
    });
    const support::UniqueFd signal_queue(::signalfd(-1, &signals, SFD_CLOEXEC));
    using Clock = std::chrono::steady_clock;
    auto next_measure = Clock::now();
    int status = 0;
    for (bool ended = false; !ended;) {
        std::array<pollfd, 2> ready{{{signal_queue.get(), POLLIN, 0}, {watch.fd(), POLLIN, 0}}};
        (void)::poll(ready.data(), ready.size(), measure_interval_ms);
        if (ready[1].revents != 0) watch.attend(ready[1].revents);
        if (ready[0].revents != 0 && take_signal(signal_queue.get(), worker)) ended = reap(worker, status);
        if (const auto begun = Clock::now(); begun >= next_measure) {
            watch.measure();
            // A thousand processes take their time; who calls meanwhile waits.
            const auto end = Clock::now();
            next_measure = end
                           + std::max<Clock::duration>(std::chrono::milliseconds(measure_interval_ms),
                                                       (end - begun) * 9);
        }
    }
    report(status, kill_what_is_left());
    ::_exit(0);
}

[[noreturn]] void work(support::UniqueFd watch_socket) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)std::signal(SIGXFSZ, SIG_IGN); // a full disk is a failed write, and the stage can tell of it
    {
        Channel channel{support::UniqueFd(channel_fd)};
        serve(channel, Isolation::sandboxed, watch_socket.get());
    }
    (void)::fflush(nullptr);
    ::_exit(0);
}

} // namespace

void worker_main(pid_t host) {
    // The host may be gone already; then nobody will read what we say.
    ::prctl(PR_SET_PDEATHSIG, signal_kill);
    if (::getppid() != host || ::fcntl(channel_fd, F_SETFD, FD_CLOEXEC) != 0) ::_exit(orphaned_code);
    ::fcntl(report_fd, F_SETFD, FD_CLOEXEC);
    ::prctl(PR_SET_NAME, "slipway-worker"); // else "exe", after /proc/self/exe
    support::forbid_core_dumps();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGCHLD, signal_terminate, signal_kill, SIGHUP, SIGQUIT})
        ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::array<int, 2> watch{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, watch.data()) != 0) ::_exit(124);
    support::UniqueFd far(watch[0]), near(watch[1]);
    const pid_t worker = ::fork();
    if (worker < 0) ::_exit(124);
    if (worker == 0) {
        near.reset();
        work(std::move(far));
    }
    far.reset();
    ::setpgid(worker, worker); // on both sides, so that a signal cannot come too early
    supervise(worker, signals, std::move(near));
}

void serve_in_process(support::UniqueFd socket) {
    Channel channel(std::move(socket));
    serve(channel, Isolation::none, -1);
}

} // namespace slipway::worker
