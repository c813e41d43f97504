// SPDX-License-Identifier: GPL-3.0-or-later
#include <misbehave.hpp>
#include <support/fs.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace slipway::mock {

namespace {

void default_signals() {
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE})
        (void)std::signal(number, SIG_DFL);
}

void write_nowhere() {
    void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *static_cast<volatile char*>(page) = 1;
}

/// `more` is always true, which the compiler must not know.
int recurse(const volatile bool& more, int depth) {
    volatile char frame[4096] = {};
    frame[0] = static_cast<char>(depth);
    return (more ? recurse(more, depth + 1) : 0) + frame[0];
}

} // namespace

std::optional<Crash> crash_by_name(std::string_view name) {
    if (name == "segv") return Crash::segv;
    if (name == "abort") return Crash::abort;
    if (name == "exit") return Crash::exit;
    if (name == "throw") return Crash::raise;
    if (name == "kill") return Crash::kill;
    if (name == "stack") return Crash::stack;
    return std::nullopt;
}

void crash(Crash how) {
    default_signals();
    const volatile bool more = true;
    switch (how) {
    case Crash::segv:
        write_nowhere();
        break;
    case Crash::abort:
        std::abort();
    case Crash::exit:
        std::exit(0);
    case Crash::raise:
        throw std::runtime_error("the mock was told to throw");
    case Crash::kill:
        ::kill(::getpid(), SIGKILL);
        break;
    case Crash::stack:
        recurse(more, 0);
        break;
    }
    std::abort();
}

void hang() {
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGPIPE})
        (void)std::signal(number, SIG_IGN);
    for (;;)
        ::pause();
}

void close_descriptors() {
    ::close_range(0, ~0u, 0);
}

void print_bytes(std::uint64_t count) {
    std::string block;
    for (int line = 0; line < 640; ++line)
        block.append(99, 'x').push_back('\n');
    while (count > 0) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count, block.size()));
        if (!support::write_all(STDOUT_FILENO, std::string_view(block).substr(0, size), "standard output"))
            return;
        count -= size;
    }
}

pid_t leave_child() {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setsid();
    ::sleep(1000);
    ::_exit(0);
}

} // namespace slipway::mock
