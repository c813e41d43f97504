// SPDX-License-Identifier: GPL-3.0-or-later
#include "tracee.hpp"

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace crash_at {

namespace {

std::string of_process(pid_t thread, const std::string& name) {
    return "/proc/" + std::to_string(thread) + "/" + name;
}

std::string link_at(const std::string& path) {
    std::array<char, 4096> text{};
    const ssize_t n = ::readlink(path.c_str(), text.data(), text.size());
    return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : std::string();
}

/// A string of the thread's memory. One page at a time: the next one need not be there.
std::string string_at(pid_t thread, unsigned long long address) {
    constexpr unsigned long long page = 4096;
    std::string out;
    while (out.size() < page) {
        std::array<char, page> bytes{};
        const std::size_t size = page - address % page;
        iovec here{bytes.data(), size}, there{reinterpret_cast<void*>(address), size};
        const ssize_t n = ::process_vm_readv(thread, &here, 1, &there, 1, 0);
        if (n <= 0) break;
        const std::string_view read(bytes.data(), static_cast<std::size_t>(n));
        out += read.substr(0, read.find('\0'));
        if (read.find('\0') != std::string_view::npos) break;
        address += read.size();
    }
    return out;
}

} // namespace

Identity identify(pid_t thread) {
    Identity found;
    std::ifstream file(of_process(thread, "status"));
    for (std::string key, line; file >> key && std::getline(file >> std::ws, line);) {
        if (key == "Name:") found.name = line;
        if (key == "Tgid:") found.process = static_cast<pid_t>(std::stol(line));
        if (key == "PPid:") found.parent = static_cast<pid_t>(std::stol(line));
    }
    return found;
}

int call_number(pid_t thread) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return -1;
    return static_cast<int>(registers.orig_rax);
}

std::string target_of(pid_t thread, const Call& call) {
    user_regs_struct registers{};
    if (call.target == Target::none || ::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return {};
    if (call.target == Target::descriptor)
        return link_at(of_process(thread, "fd/" + std::to_string(static_cast<int>(registers.rdi))));
    std::string path = string_at(thread, call.target == Target::path ? registers.rdi : registers.rsi);
    if (call.target == Target::path || path.starts_with('/')) return path;
    const int folder = static_cast<int>(registers.rdi);
    return link_at(of_process(thread, folder < 0 ? "cwd" : "fd/" + std::to_string(folder))) + "/" + path;
}

void fail_call(pid_t thread, int error) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return;
    registers.orig_rax = static_cast<unsigned long long>(-1); // seccomp(2): the call is skipped
    registers.rax = static_cast<unsigned long long>(-static_cast<long long>(error));
    ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
}

bool shorten_call(pid_t thread) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0 || registers.rdx < 2) return false;
    registers.rdx /= 2;
    return ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers) == 0;
}

} // namespace crash_at
