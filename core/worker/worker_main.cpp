// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/children.hpp>
#include <worker/protocol.hpp>
#include <worker/serve.hpp>
#include <worker/worker_main.hpp>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace slipway::worker {

namespace json = support::json;

namespace {

// What the supervisor is told to do, as signals: pass SIGTERM on, or end everything now.
constexpr int signal_terminate = SIGTERM;
constexpr int signal_kill = SIGINT;

std::string name_of_process(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return support::printable(name) + " (" + std::to_string(pid) + ")";
}

/// This process is a subreaper: what the dead worker's children and grandchildren were is now ours.
std::vector<std::string> kill_what_is_left() {
    std::vector<std::string> names;
    std::set<pid_t> seen;
    for (;;) {
        for (const pid_t pid : children_of_this_process()) {
            if (seen.insert(pid).second) names.push_back(name_of_process(pid));
            ::kill(pid, SIGKILL);
        }
        int status = 0;
        if (::waitpid(-1, &status, 0) < 0 && errno == ECHILD) return names;
    }
}

void report(int status, const std::vector<std::string>& left) {
    json::Value line = json::Object{};
    if (WIFSIGNALED(status))
        line.set("signal", WTERMSIG(status));
    else
        line.set("code", WEXITSTATUS(status));
    line.set("left", json::Array(left.begin(), left.end()));
    (void)support::write_all(report_fd, json::dump(line) + "\n", "report");
}

[[noreturn]] void supervise(pid_t worker, const sigset_t& signals) {
    ::close(channel_fd);
    // The pipes of standard output and error end when the worker's side has ended.
    ::dup2(0, 1);
    ::dup2(0, 2);
    bool reaped = false;
    int status = 0;
    while (!reaped) {
        const int signal = ::sigwaitinfo(&signals, nullptr);
        if (signal == signal_terminate) ::kill(-worker, SIGTERM);
        if (signal == signal_kill) {
            ::kill(-worker, SIGKILL);
            for (const pid_t pid : children_of_this_process())
                ::kill(pid, SIGKILL);
        }
        for (int s = 0; pid_t pid = ::waitpid(-1, &s, WNOHANG);) {
            if (pid < 0) break;
            if (pid != worker) continue;
            reaped = true;
            status = s;
        }
    }
    report(status, kill_what_is_left());
    ::_exit(0);
}

[[noreturn]] void work() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    {
        Channel channel{support::UniqueFd(channel_fd)};
        serve(channel, Isolation::sandboxed);
    }
    ::fflush(nullptr);
    ::_exit(0);
}

} // namespace

void worker_main(pid_t host) {
    // The host may be gone already; then nobody will read what we say.
    ::prctl(PR_SET_PDEATHSIG, signal_kill);
    if (::getppid() != host || ::fcntl(channel_fd, F_SETFD, FD_CLOEXEC) != 0) ::_exit(orphaned_code);
    ::fcntl(report_fd, F_SETFD, FD_CLOEXEC);
    ::prctl(PR_SET_NAME, "slipway-worker"); // else "exe", after /proc/self/exe
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGCHLD, signal_terminate, signal_kill, SIGHUP, SIGQUIT})
        ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    const pid_t worker = ::fork();
    if (worker < 0) ::_exit(124);
    if (worker == 0) {
        ::close(report_fd);
        work();
    }
    ::setpgid(worker, worker); // on both sides, so that a signal cannot come too early
    supervise(worker, signals);
}

void serve_in_process(support::UniqueFd socket) {
    Channel channel(std::move(socket));
    serve(channel, Isolation::none);
}

} // namespace slipway::worker
