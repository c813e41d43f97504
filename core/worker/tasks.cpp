// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks.hpp"

#include <support/text.hpp>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string_view>

namespace slipway::worker {

namespace {

std::string folder_of(pid_t pid) {
    return "/proc/" + std::to_string(pid);
}

std::string pid_namespace_of(const std::string& process) {
    std::error_code failed;
    return std::filesystem::read_symlink(process + "/ns/pid", failed).string();
}

/// The threads of a process, as folders.
std::vector<std::string> threads_of(pid_t pid) {
    std::vector<std::string> folders;
    std::error_code failed;
    for (const auto& thread : std::filesystem::directory_iterator(folder_of(pid) + "/task", failed))
        folders.push_back(thread.path().string());
    return folders;
}

void add_children(pid_t process, std::vector<pid_t>& out) {
    for (const std::string& thread : threads_of(process)) {
        std::ifstream list(thread + "/children");
        for (pid_t pid = 0; list >> pid;)
            out.push_back(pid);
    }
}

/// The last number behind `key` and a colon in a file: of several namespaces, that is the innermost's.
std::optional<pid_t> number_in(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key + ":")) return std::atoi(line.c_str() + line.find_last_of(" \t") + 1);
    return std::nullopt;
}

/// The sum of the lines with these keys, which are in KiB, as bytes.
std::int64_t sum_of(const std::vector<pid_t>& pids, const char* name,
                    const std::set<std::string, std::less<>>& keys) {
    std::int64_t kibibytes = 0;
    for (const pid_t pid : pids) {
        std::ifstream file(folder_of(pid) + "/" + name);
        for (std::string line; std::getline(file, line);) {
            const std::size_t colon = line.find(':');
            if (colon != std::string::npos && keys.contains(std::string_view(line).substr(0, colon)))
                kibibytes += std::atoll(line.c_str() + colon + 1);
        }
    }
    return kibibytes << 10;
}

} // namespace

std::vector<pid_t> descendants() {
    std::vector<pid_t> all;
    add_children(::getpid(), all);
    for (std::size_t i = 0; i < all.size(); ++i)
        add_children(all[i], all);
    return all;
}

std::vector<pid_t> processes_beside(pid_t member) {
    const std::string inside = pid_namespace_of(folder_of(member));
    const bool own = inside != pid_namespace_of("/proc/self");
    std::vector<pid_t> all = descendants();
    std::erase_if(all, [&](pid_t pid) {
        return pid_namespace_of(folder_of(pid)) != inside || (own && inner_pid(pid) == 1);
    });
    return all;
}

std::optional<pid_t> find_process(const std::vector<pid_t>& processes, pid_t inner) {
    const auto found = std::ranges::find(processes, inner, &inner_pid);
    return found == processes.end() ? std::nullopt : std::optional(*found);
}

std::optional<pid_t> find_task(const std::vector<pid_t>& processes, pid_t inner) {
    for (const pid_t pid : processes)
        for (const std::string& thread : threads_of(pid))
            if (number_in(thread + "/status", "NSpid") == inner) return pid;
    return std::nullopt;
}

bool has_group(const std::vector<pid_t>& processes, pid_t inner) {
    return std::ranges::any_of(
        processes, [&](pid_t pid) { return number_in(folder_of(pid) + "/status", "NSpgid") == inner; });
}

pid_t process_of_pidfd(pid_t holder, int fd) {
    return number_in(folder_of(holder) + "/fdinfo/" + std::to_string(fd), "Pid").value_or(0);
}

std::int64_t count_tasks(const std::vector<pid_t>& pids) {
    std::int64_t sum = 0;
    for (const pid_t pid : pids)
        sum += std::ssize(threads_of(pid));
    return sum;
}

std::int64_t memory_of(const std::vector<pid_t>& pids) {
    return sum_of(pids, "status", {"RssAnon", "RssShmem", "VmSwap"});
}

std::int64_t exact_memory_of(const std::vector<pid_t>& pids) {
    return sum_of(pids, "smaps_rollup", {"Pss_Anon", "Pss_Shmem", "SwapPss"});
}

std::string name_of_process(pid_t pid) {
    std::ifstream file(folder_of(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return support::printable(name);
}

pid_t inner_pid(pid_t pid) {
    return number_in(folder_of(pid) + "/status", "NSpid").value_or(pid);
}

std::string bytes_of(pid_t pid, std::uint64_t address, std::size_t size) {
    std::string bytes(size, '\0');
    iovec here{bytes.data(), size};
    iovec there{reinterpret_cast<void*>(address), size}; // NOLINT: an address of another process
    const ssize_t n = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
}

std::optional<std::string> text_of(pid_t pid, std::uint64_t address) {
    constexpr std::size_t longest = 4096, page = 4096; // PATH_MAX; the next page may not be there
    std::string text;
    while (text.size() < longest) {
        const std::string more = bytes_of(pid, address + text.size(), page - (address + text.size()) % page);
        if (more.empty()) return std::nullopt;
        text += more;
        if (const auto end = text.find('\0', text.size() - more.size()); end != std::string::npos)
            return text.substr(0, end);
    }
    return std::nullopt;
}

} // namespace slipway::worker
