// SPDX-License-Identifier: GPL-3.0-or-later
#include "enclosed_root.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <support/json.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <worker/channel.hpp>
#include <worker/enclosure.hpp>

#include <array>
#include <cerrno>
#include <csignal>

namespace slipway::worker {

namespace json = support::json;
using support::Error;
using support::Result;
using support::UniqueFd;

namespace {

json::Value to_json(const EnclosedProgram& program) {
    return json::Object{{"root", program.root},
                        {"arguments", json::Array(program.arguments.begin(), program.arguments.end())},
                        {"environment", json::Array(program.environment.begin(), program.environment.end())}};
}

EnclosedProgram parse_program(const json::Value& value) {
    EnclosedProgram program{value["root"].as_string(), {}, {}};
    for (const json::Value& word : value["arguments"].as_array())
        program.arguments.push_back(word.as_string());
    for (const json::Value& word : value["environment"].as_array())
        program.environment.push_back(word.as_string());
    return program;
}

/// As fork(), the child being the first process of new namespaces.
pid_t fork_enclosed() {
    constexpr unsigned long flags =
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
}

void tell_failure(int fd, slipway_status status, std::string_view text) {
    slipway_enclosed_end_1 end{};
    end.struct_size = sizeof end;
    end.status = status;
    text.copy(end.text, sizeof end.text - 1);
    (void)support::write_all(fd, {reinterpret_cast<const char*>(&end), sizeof end}, "enclosure");
}

Result<std::array<UniqueFd, 2>> socket_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return support::errno_error("making a socket pair", errno);
    return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Wait for the end of the first process, which is the end of all; kill it if the other side says so or is
/// gone. What it tells comes through a pipe of our own, so that nobody is told before all are gone.
void run(const EnclosedProgram& program, int end, int wire) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return tell_failure(end, SLIPWAY_RESOURCE, "no pipe");
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const pid_t first = fork_enclosed();
    if (first == 0) run_enclosed(program, write_end.get());
    if (first < 0) {
        Error error = support::errno_error("new namespaces", errno);
        return tell_failure(end, SLIPWAY_UNSUPPORTED,
                            error.what
                                + " (hint: root needs CAP_SYS_ADMIN for this; a container takes it away)");
    }
    write_end.reset();
    std::array<pollfd, 3> watched{{{read_end.get(), 0, 0}, {end, POLLIN, 0}, {wire, 0, 0}}};
    while (watched[0].revents == 0 && watched[1].revents == 0 && watched[2].revents == 0)
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    if (watched[0].revents == 0) ::kill(first, SIGKILL);
    ::waitpid(first, nullptr, 0);
    slipway_enclosed_end_1 result{};
    const ssize_t n = ::read(read_end.get(), &result, sizeof result);
    if (n != sizeof result) {
        result = {};
        result.struct_size = sizeof result;
        result.signal = SIGKILL;
    }
    (void)support::write_all(end, {reinterpret_cast<const char*>(&result), sizeof result}, "enclosure");
}

/// The helper: programs one after the other, until the other side is gone.
[[noreturn]] void help(Channel channel) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "slipway-enclose");
    for (;;) {
        const auto order = channel.receive();
        if (!order) ::_exit(0);
        const auto input = channel.receive();
        if (!input) ::_exit(0);
        const auto output = channel.receive();
        if (!output) ::_exit(0);
        EnclosedProgram program = parse_program(order.value().body);
        program.input = input.value().fd.get();
        program.output = output.value().fd.get();
        run(program, order.value().fd.get(), channel.fd());
    }
}

constexpr int own_fd = 3;

/// The helper must not keep open what the worker has: others wait for its end.
void keep_only(int fd) {
    if (fd != own_fd) ::dup3(fd, own_fd, O_CLOEXEC);
    ::dup2(0, 1);
    ::dup2(0, 2);
    ::close_range(own_fd + 1, ~0u, 0);
}

Result<UniqueFd> copy_of(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy) return support::errno_error("duplicating a descriptor", errno);
    return copy;
}

} // namespace

Result<std::unique_ptr<Enclosure>> Enclosure::start(const std::string& work_dir) {
    SLIPWAY_TRY_ASSIGN(auto ends, socket_pair());
    const pid_t helper = ::fork();
    if (helper < 0) return support::errno_error("starting the enclosure", errno);
    if (helper == 0) {
        keep_only(ends[1].get());
        if (::chdir(work_dir.c_str()) != 0) ::_exit(1);
        help(Channel(UniqueFd(own_fd)));
    }
    return std::unique_ptr<Enclosure>(new Enclosure(std::move(ends[0]), helper));
}

Enclosure::~Enclosure() {
    socket_.reset();
    ::waitpid(helper_, nullptr, 0);
}

Result<UniqueFd> Enclosure::run(const EnclosedProgram& program) {
    SLIPWAY_TRY_ASSIGN(auto ends, socket_pair());
    SLIPWAY_TRY_ASSIGN(const UniqueFd input, copy_of(program.input));
    SLIPWAY_TRY_ASSIGN(const UniqueFd output, copy_of(program.output));
    const std::string order = encode_frame(to_json(program), true);
    const std::string empty = encode_frame(json::Object{}, true);
    const std::array<std::pair<const std::string*, int>, 3> frames{
        {{&order, ends[1].get()}, {&empty, input.get()}, {&empty, output.get()}}};
    for (const auto& [bytes, fd] : frames)
        for (std::size_t sent = 0; sent < bytes->size();) {
            SLIPWAY_TRY_ASSIGN(
                const std::size_t n,
                send_some(socket_.get(), std::string_view(*bytes).substr(sent), sent == 0 ? fd : -1));
            sent += n;
        }
    return std::move(ends[0]);
}

} // namespace slipway::worker
