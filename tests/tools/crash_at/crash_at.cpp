// SPDX-License-Identifier: GPL-3.0-or-later
//
// crash-at [OPTION...] -- COMMAND...: runs COMMAND and all it starts under ptrace, counts the system calls
// that change something, and at the n-th does what a bad day would. Exact where a clock is not: the count is
// over all processes.
//
//   --at N --do WHAT   host | others | all: SIGKILL to COMMAND's process, to all but it, to all; self: to who
//   calls
//                      short: half of a write; ENOSPC EIO EROFS EINTR: the call is not made and fails
//   --only host|worker count only the calls of COMMAND's process, or of the others
//   --writes           count only calls that write to files, those that a disk can refuse
//   --tmp DIR          COMMAND sees DIR as /tmp (needs root)
//   --report FILE      {"calls", "hit": {"who", "call", "target"}, "code" or "signal", "hung"}
//   --list FILE        each call that was counted, one a line: who, call, target
//
// Writes to pipes and event descriptors are not counted: nothing of them outlives the process.
#include "calls.hpp"
#include "tracee.hpp"

#include <sched.h>
#include <support/fs.hpp>
#include <support/json.hpp>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace crash_at {

namespace json = slipway::support::json;

namespace {

/// After so many seconds what still runs is killed, and said to hang.
constexpr unsigned patience = 60;

struct Options {
    long at = 0;
    std::string what, only, tmp, report, list;
    bool writes = false;
    std::vector<char*> command;
};

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "crash-at: %s: %s\n", what.c_str(), std::strerror(errno));
    std::_Exit(125);
}

Options parse(int argc, char** argv) {
    Options o;
    int i = 1;
    for (; i < argc && std::string_view(argv[i]) != "--"; ++i) {
        const std::string_view name = argv[i];
        if (name == "--writes") o.writes = true;
        if (name == "--writes" || i + 1 == argc) continue;
        const char* value = argv[++i];
        if (name == "--at") o.at = std::atol(value);
        if (name == "--do") o.what = value;
        if (name == "--only") o.only = value;
        if (name == "--tmp") o.tmp = value;
        if (name == "--report") o.report = value;
        if (name == "--list") o.list = value;
    }
    for (++i; i < argc; ++i)
        o.command.push_back(argv[i]);
    o.command.push_back(nullptr);
    return o;
}

/// In the child: wait until the tracer holds us, then become the command.
[[noreturn]] void become(const Options& options) {
    if (!options.tmp.empty()
        && (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
            || ::mount(options.tmp.c_str(), "/tmp", nullptr, MS_BIND, nullptr) != 0))
        die("/tmp");
    ::raise(SIGSTOP);
    if (::geteuid() != 0) ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); // else only root may load a filter
    if (!trap_calls()) die("seccomp");
    ::execvp(options.command[0], options.command.data());
    die(options.command[0]);
}

int error_named(std::string_view name) {
    const std::map<std::string_view, int> errors{
        {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"EINTR", EINTR}};
    const auto it = errors.find(name);
    return it == errors.end() ? 0 : it->second;
}

volatile std::sig_atomic_t out_of_patience = 0;

class Tracer {
public:
    Tracer(const Options& options, pid_t root) : options_(options), root_(root), list_(options.list) {}

    /// Until nothing is left.
    void run() {
        for (;;) {
            int status = 0;
            const pid_t thread = ::waitpid(-1, &status, __WALL);
            if (thread < 0 && errno == ECHILD) return;
            if (out_of_patience && !hung_) {
                hung_ = true;
                kill_all();
            }
            if (thread > 0) WIFSTOPPED(status) ? stopped(thread, status) : over(thread, status);
        }
    }

    json::Value report() const {
        json::Value out = json::Object{{"calls", count_}, {"hung", hung_}, {"hit", hit_}};
        out.set(WIFSIGNALED(end_) ? "signal" : "code",
                WIFSIGNALED(end_) ? WTERMSIG(end_) : WEXITSTATUS(end_));
        return out;
    }

private:
    void over(pid_t thread, int status) {
        processes_.erase(thread);
        if (thread == root_) end_ = status;
    }

    const char* role(const Identity& it) const {
        if (it.process == root_) return "host";
        if (it.name != "slipway-worker") return it.parent == root_ ? "host's child" : "program";
        return it.parent == root_ ? "supervisor" : "worker";
    }

    void stopped(pid_t thread, int status) {
        const Identity it = identify(thread);
        if (it.process > 0) processes_.insert(it.process);
        const int event = status >> 16;
        int signal = WSTOPSIG(status);
        if (event == PTRACE_EVENT_SECCOMP) at_call(thread, it);
        if (event == PTRACE_EVENT_STOP && (signal == SIGSTOP || signal == SIGTSTP)) {
            ::ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);
            return;
        }
        if (event != 0) signal = 0;
        if (all_die_ && it.process > 0) ::kill(it.process, SIGKILL);
        ::ptrace(PTRACE_CONT, thread, nullptr, signal);
    }

    void at_call(pid_t thread, const Identity& it) {
        const Call* call = find_call(call_number(thread));
        if (call == nullptr || (options_.writes && !call->writes_file)) return;
        if (!options_.only.empty() && (options_.only == "host") != (it.process == root_)) return;
        const std::string target = target_of(thread, *call);
        const bool is_file = target.starts_with('/') && !target.starts_with("/dev/");
        if (call->target == Target::descriptor
            && (options_.writes ? !is_file : !is_file && !target.starts_with("socket")))
            return;
        if (options_.what == "short" && !call->has_size) return;
        ++count_;
        if (list_.is_open()) list_ << role(it) << '\t' << call->name << '\t' << target << '\n';
        if (count_ != options_.at) return;
        hit_ = json::Object{{"who", role(it)}, {"call", call->name}, {"target", target}};
        strike(thread, it);
    }

    void strike(pid_t thread, const Identity& it) {
        if (const int error = error_named(options_.what)) fail_call(thread, error);
        if (options_.what == "short") shorten_call(thread);
        if (options_.what == "self") ::kill(it.process, SIGKILL);
        if (options_.what == "host") ::kill(root_, SIGKILL);
        if (options_.what == "all") kill_all();
        if (options_.what == "others") {
            for (const pid_t pid : processes_)
                if (pid != root_) ::kill(pid, SIGKILL);
        }
    }

    /// Also those that are being started.
    void kill_all() {
        all_die_ = true;
        for (const pid_t pid : processes_)
            ::kill(pid, SIGKILL);
    }

    const Options& options_;
    pid_t root_;
    std::ofstream list_;
    std::set<pid_t> processes_;
    long count_ = 0;
    int end_ = 0;
    bool hung_ = false, all_die_ = false;
    json::Value hit_;
};

void trace(pid_t root) {
    int status = 0;
    if (::waitpid(root, &status, WUNTRACED) != root || !WIFSTOPPED(status)) die("starting");
    constexpr long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE
                             | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SEIZE, root, nullptr, options) != 0) die("ptrace");
    ::kill(root, SIGCONT);
}

} // namespace

} // namespace crash_at

int main(int argc, char** argv) {
    using namespace crash_at;
    const Options options = parse(argc, argv);
    if (options.command.size() < 2) return std::fprintf(stderr, "usage: see the top of crash_at.cpp\n"), 125;
    const pid_t root = ::fork();
    if (root < 0) die("fork");
    if (root == 0) become(options);

    struct sigaction late {};

    late.sa_handler = [](int) { out_of_patience = 1; };
    ::sigaction(SIGALRM, &late, nullptr);
    trace(root);
    ::alarm(patience);
    Tracer tracer(options, root);
    tracer.run();
    if (!options.report.empty())
        (void)slipway::support::write_file(options.report, json::dump(tracer.report()), 0644);
    return 0;
}
