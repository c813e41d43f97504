// SPDX-License-Identifier: GPL-3.0-or-later
#include "namespaces.hpp"

#include "own_mounts.hpp"
#include "tasks.hpp"

#include <fcntl.h>
#include <sched.h>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/children.hpp>
#include <worker/protocol.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>

namespace slipway::worker {

namespace json = support::json;

namespace {

/// Only the last process of the three may hold what the host waits for the end of.
void keep_only_the_report() {
    ::dup2(0, 1);
    ::dup2(0, 2);
    ::close(channel_fd);
    ::close_range(report_fd + 1, ~0u, 0);
}

void ignore_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

/// This process is what waits for the namespaces' first one, so that the supervisor has one to wait for.
[[noreturn]] void wait_outside(pid_t first) {
    ignore_signals();
    keep_only_the_report();
    int status = 0;
    ::waitpid(first, &status, 0);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    } // the enclosure's helper ends with its socket
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/// What the stage leaves behind ends with this process; told by names, where /proc has them.
json::Array names_of_left(bool own_proc) {
    json::Array names;
    if (::waitpid(-1, nullptr, WNOHANG) < 0) return names; // there is none
    if (!own_proc) return {"unknown (0)"};
    std::set<pid_t> seen;
    for (const pid_t pid : children_of_this_process())
        if (seen.insert(pid).second && ::kill(pid, 0) == 0)
            names.push_back(name_of_process(pid) + " (" + std::to_string(pid) + ")");
    return names;
}

/// The first process of the pid namespace: reaps, and tells how the worker has ended.
[[noreturn]] void be_first(pid_t worker, bool own_proc) {
    ignore_signals();
    keep_only_the_report();
    ::prctl(PR_SET_NAME, "slipway-first");
    int status = 0;
    while (::waitpid(-1, &status, 0) != worker)
        if (errno == ECHILD) ::_exit(1);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    } // zombies are nobody's fault
    json::Value line = json::Object{{"inner", true}};
    line.set(WIFSIGNALED(status) ? "signal" : "code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    line.set("left", names_of_left(own_proc));
    (void)support::write_all(report_fd, json::dump(line) + "\n", "report");
    ::_exit(0);
}

/// A user namespace in which this process's user is the only one, and may make the other namespaces.
bool enter_own_user_namespace() {
    const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
    if (::unshare(CLONE_NEWUSER) != 0) return false;
    const auto put = [](const char* file, const std::string& text) {
        const support::UniqueFd fd(::open(file, O_WRONLY | O_CLOEXEC));
        return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    };
    put("/proc/self/setgroups", "deny");
    return put("/proc/self/uid_map", user + " " + user + " 1\n")
           && put("/proc/self/gid_map", group + " " + group + " 1\n");
}

bool unshare_as_user(int flags) {
    return enter_own_user_namespace() && ::unshare(flags) == 0;
}

/// Tried in a child: a machine may give a user namespace without any rights in it (Ubuntu's AppArmor), and
/// from that there is no way back.
bool can_unshare_as_user(int flags) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(unshare_as_user(flags) ? 0 : 1);
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

/// 0, or why not.
int unshare_all(int flags) {
    if (::unshare(flags) == 0) return 0;
    const int first = errno;
    // Root that may not make namespaces would be less in a user namespace of its own: only its own id is
    // there.
    if (first != EPERM || ::geteuid() == 0 || !can_unshare_as_user(flags)) return first;
    return unshare_as_user(flags) ? 0 : first;
}

pid_t fork_or_name(SandboxLevel& level) {
    const pid_t child = ::fork();
    if (child < 0) level.missing.push_back(std::string("processes: fork: ") + std::strerror(errno));
    if (child == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

void split(const SandboxPolicy& policy, SandboxLevel& level) {
    const int network = policy.capabilities.network ? 0 : CLONE_NEWNET;
    if (const int failed = unshare_all(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | network); failed != 0) {
        level.missing.push_back(std::string("mounts and processes of its own: unshare: ")
                                + std::strerror(failed));
        return;
    }
    const pid_t first = fork_or_name(level);
    if (first < 0) return;
    if (first > 0) wait_outside(first);
    const auto note = [&](const support::Result<void>& made, const char* what) {
        if (made)
            level.reached.push_back(what);
        else
            level.missing.push_back(std::string(what) + ": " + made.error().what);
        return static_cast<bool>(made);
    };
    const bool mounted = note(make_own_mounts(policy), "mounts");
    const bool own_proc = note(make_own_proc(), "processes");
    if (network != 0) level.reached.push_back("network");
    if (mounted && !policy.work_dir.empty() && ::chdir(policy.work_dir.c_str()) != 0)
        level.missing.push_back("mounts: the work folder");
    const pid_t worker = fork_or_name(level);
    if (worker > 0) be_first(worker, own_proc);
}

} // namespace

void enter_namespaces(const SandboxPolicy& policy, SandboxLevel& level) {
    split(policy, level);
    ::close(report_fd);
}

} // namespace slipway::worker
