// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <support/spawn.hpp>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/children.hpp>
#include <worker/process.hpp>
#include <worker/protocol.hpp>
#include <worker/worker_main.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <set>
#include <thread>

namespace slipway::worker {

namespace json = support::json;
using support::make_pipe;
using support::Pipe;
using support::Result;
using support::UniqueFd;

namespace {

constexpr std::size_t longest_line = 16u << 10;

/// What keeping a line costs beyond its bytes: a flood of empty lines is a flood.
constexpr std::size_t line_cost = 64;

/// Messages that may wait for a worker to read them. It makes one call at a time, and is cancelled once.
constexpr std::size_t max_unread = 1000;

/// How long a worker may live after it closed its channel.
constexpr auto hang_up_grace = std::chrono::seconds(2);

Result<Pipe> make_socket_pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return support::errno_error("making a socket pair", errno);
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void set_nonblocking(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// The environment of every worker: nothing of the user's, but what sanitizers are told.
std::vector<std::string> clean_environment() {
    std::vector<std::string> out{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                 "LC_ALL=C.UTF-8", "TZ=UTC"};
    for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
        if (const char* value = ::getenv(name)) out.push_back(std::string(name) + "=" + value);
    return out;
}

struct SpawnFds {
    int channel, report, output;
};

/// The descriptors are duplicated above the numbers they are put on, so that none is overwritten.
Result<pid_t> spawn_worker(const SpawnFds& fds) {
    support::Spawn spawn;
    spawn.separate();
    spawn.give_null(0);
    spawn.give(fds.output, 1);
    spawn.give(fds.output, 2);
    spawn.give(fds.channel, channel_fd);
    spawn.give(fds.report, report_fd);
    // Close-on-exec alone would let the child hold our descriptors for a moment after posix_spawn() has
    // returned, and an artifact would seem to be open for writing.
    spawn.close_from(report_fd + 1);
    pid_t pid = -1;
    const int failed = spawn.start("/proc/self/exe", {"slipway", "worker", std::to_string(::getpid())},
                                   clean_environment(), pid);
    if (failed != 0) return support::errno_error("starting a worker process", failed);
    return pid;
}

/// The supervisors that live. Used on the loop's thread only.
std::set<pid_t>& supervisors() {
    static std::set<pid_t> pids;
    return pids;
}

/// A supervisor was killed. Its worker dies with it; what that had started becomes ours (we are a subreaper),
/// and would hold the pipes open for ever.
void kill_orphans() {
    for (bool again = true; again;) {
        again = false;
        for (const pid_t pid : children_of_this_process()) {
            if (supervisors().contains(pid)) continue;
            ::kill(pid, SIGKILL);
            again = ::waitpid(pid, nullptr, 0) == pid || again;
        }
    }
}

Result<UniqueFd> above_protocol(UniqueFd fd) {
    UniqueFd high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, report_fd + 1));
    if (!high) return support::errno_error("duplicating a descriptor", errno);
    return high;
}

} // namespace

struct Process::Impl {
    Impl(Loop& the_loop, Handlers the_handlers)
        : loop(the_loop), handlers(std::move(the_handlers)), redacted(*handlers.redactor) {}

    ~Impl() {
        for (const Loop::Id id :
             {readable, writable, output_readable, report_readable, pid_readable, hang_up_timer})
            loop.cancel(id);
        if (thread.joinable()) thread.join();
        if (pid > 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
            supervisors().erase(pid);
            kill_orphans();
        }
    }

    // ------------------------------------------------------------------ sending

    struct Outgoing {
        std::string bytes;
        UniqueFd fd;
        std::size_t sent = 0;
    };

    void flush() {
        while (!outbox.empty() && socket) {
            Outgoing& next = outbox.front();
            const int fd = next.sent == 0 ? next.fd.get() : -1;
            auto n = send_some(socket.get(), std::string_view(next.bytes).substr(next.sent), fd);
            if (!n) return outbox.clear(); // its end will be noticed on the reading side
            if (n.value() == 0) {
                if (writable == 0) writable = loop.on_writable(socket.get(), [this] { flush(); });
                return;
            }
            next.sent += n.value();
            if (next.sent == next.bytes.size()) outbox.pop_front();
        }
        loop.cancel(std::exchange(writable, 0));
    }

    // ------------------------------------------------------------------ receiving

    void read_channel() {
        auto open = receive_into(socket.get(), reader);
        if (!open) return break_off(open.error().what);
        while (exit.broken.empty()) {
            auto message = reader.next();
            if (!message) return break_off(message.error().what);
            if (!message.value()) break;
            handlers.on_message(std::move(*message.value()));
        }
        if (!open.value()) close_channel();
    }

    void break_off(const std::string& why) {
        exit.broken = why;
        close_channel();
        kill();
    }

    void close_channel() {
        loop.cancel(std::exchange(readable, 0));
        loop.cancel(std::exchange(writable, 0));
        socket.reset();
        if (pid > 0 && hang_up_timer == 0)
            hang_up_timer = loop.after(hang_up_grace, [this] {
                exit.hung_up = exit.broken.empty() && pid > 0;
                kill();
            });
        finish_if_over();
    }

    void read_output() {
        std::array<char, 64 << 10> bytes;
        const ssize_t n = ::read(output.get(), bytes.data(), bytes.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n <= 0) {
            loop.cancel(std::exchange(output_readable, 0));
            output.reset();
            take_output(redacted.finish());
            if (!line.empty()) give_line();
            return finish_if_over();
        }
        output_bytes += static_cast<std::size_t>(n);
        if (!flooded) take_output(redacted.feed({bytes.data(), static_cast<std::size_t>(n)}));
    }

    /// Without secrets: a line may be cut anywhere.
    void take_output(std::string_view bytes) {
        if (flooded) return;
        for (const char c : bytes) {
            if (c != '\n') line += c;
            if (c != '\n' && line.size() < longest_line) continue;
            output_bytes += line_cost;
            give_line();
        }
        if (output_bytes > max_output) {
            flooded = true;
            kill();
        }
    }

    void give_line() {
        handlers.on_output(line);
        line.clear();
    }

    void read_report() {
        std::array<char, 4096> bytes;
        const ssize_t n = ::read(report.get(), bytes.data(), bytes.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (n > 0) {
            report_text.append(bytes.data(), static_cast<std::size_t>(n));
            for (std::size_t end = 0; (end = report_text.find('\n')) != std::string::npos;
                 report_text.erase(0, end + 1))
                take_report(report_text.substr(0, end));
            return;
        }
        loop.cancel(std::exchange(report_readable, 0));
        report.reset();
        if (!reported) exit.signal = SIGKILL; // the supervisor itself was killed
        finish_if_over();
    }

    void take_report(const std::string& text) {
        auto parsed = json::parse(text);
        if (!parsed) return;
        const json::Value& said = parsed.value();
        if (said.find("denied") != nullptr || said.find("used") != nullptr) {
            const char* told = said.find("used") != nullptr ? "subject" : "denied";
            if (handlers.on_denial)
                handlers.on_denial({said[told].as_string(), said["call"].as_string(),
                                    said["process"].as_string(), said["used"].as_string()});
        } else if (said.find("exceeded") != nullptr) {
            exit.exceeded = said["exceeded"].as_string();
        } else {
            // What the first process of the namespaces says of the worker is what counts.
            const bool inner = said["inner"].as_bool();
            if (inner || !told_inside) {
                exit.code = static_cast<int>(said["code"].as_integer());
                exit.signal = static_cast<int>(said["signal"].as_integer());
            }
            told_inside = told_inside || inner;
            reported = reported || !inner;
            exit.peak_mb = said["peak_mb"].as_integer();
            for (const json::Value& name : said["left"].as_array())
                exit.left.push_back(name.as_string());
        }
    }

    void reap() {
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid) return;
        supervisors().erase(std::exchange(pid, -1));
        if (!WIFEXITED(status)) kill_orphans();
        loop.cancel(std::exchange(pid_readable, 0));
        finish_if_over();
    }

    /// Over when the supervisor was reaped and every stream has been read to its end.
    void finish_if_over() {
        if (socket || output || report || pid > 0 || over) return;
        over = true;
        loop.post([handler = std::move(handlers.on_exit), how = exit] { handler(how); });
    }

    void kill() {
        if (pid > 0) ::kill(pid, SIGINT);
    }

    Loop& loop;
    Handlers handlers;
    support::RedactedStream redacted; ///< standard output and error
    pid_t pid = -1;
    UniqueFd pidfd, socket, output, report;
    Loop::Id readable = 0, writable = 0, output_readable = 0, report_readable = 0, pid_readable = 0;
    Loop::Id hang_up_timer = 0;
    FrameReader reader{max_worker_frame, 0};
    std::deque<Outgoing> outbox;
    std::string line, report_text;
    std::size_t output_bytes = 0;
    bool flooded = false, reported = false, told_inside = false, over = false;
    Exit exit;
    std::thread thread;
};

Process::Process(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Process::~Process() = default;

Result<std::unique_ptr<Process>> Process::start(Loop& loop, Placement placement, const json::Value& order,
                                                Handlers handlers) {
    auto impl = std::make_unique<Impl>(loop, std::move(handlers));
    Impl* it = impl.get();
    SLIPWAY_TRY_ASSIGN(Pipe wire, make_socket_pair());
    it->socket = std::move(wire.read);
    set_nonblocking(it->socket.get());
    if (placement == Placement::thread) {
        it->thread =
            std::thread([end = std::move(wire.write)]() mutable { serve_in_process(std::move(end)); });
    } else {
        SLIPWAY_TRY_ASSIGN(Pipe output, make_pipe());
        SLIPWAY_TRY_ASSIGN(Pipe report, make_pipe());
        SLIPWAY_TRY_ASSIGN(const UniqueFd far_wire, above_protocol(std::move(wire.write)));
        SLIPWAY_TRY_ASSIGN(const UniqueFd far_output, above_protocol(std::move(output.write)));
        SLIPWAY_TRY_ASSIGN(const UniqueFd far_report, above_protocol(std::move(report.write)));
        ::prctl(PR_SET_CHILD_SUBREAPER, 1); // see kill_orphans()
        SLIPWAY_TRY_ASSIGN(it->pid, spawn_worker({far_wire.get(), far_report.get(), far_output.get()}));
        supervisors().insert(it->pid);
        it->pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, it->pid, 0)));
        if (!it->pidfd) return support::errno_error("watching a worker process", errno);
        it->output = std::move(output.read);
        it->report = std::move(report.read);
        set_nonblocking(it->output.get());
        set_nonblocking(it->report.get());
        it->output_readable = loop.on_readable(it->output.get(), [it] { it->read_output(); });
        it->report_readable = loop.on_readable(it->report.get(), [it] { it->read_report(); });
        it->pid_readable = loop.on_readable(it->pidfd.get(), [it] { it->reap(); });
    }
    it->readable = loop.on_readable(it->socket.get(), [it] { it->read_channel(); });
    std::unique_ptr<Process> process(new Process(std::move(impl)));
    process->send(order);
    return process;
}

void Process::send(const json::Value& body, UniqueFd fd) {
    const bool with_fd = static_cast<bool>(fd);
    impl_->outbox.push_back({encode_frame(body, with_fd), std::move(fd)});
    impl_->flush();
    if (impl_->outbox.size() > max_unread) reject("it does not read what it is told");
}

void Process::terminate() {
    if (impl_->pid > 0) ::kill(impl_->pid, SIGTERM);
}

void Process::kill() {
    impl_->kill();
}

void Process::reject(const std::string& why) {
    impl_->break_off(why);
}

bool Process::flooded() const {
    return impl_->flooded;
}

} // namespace slipway::worker
