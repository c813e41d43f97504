// SPDX-License-Identifier: GPL-3.0-or-later
#include "observer.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <support/text.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>

namespace slipway::check {

namespace {

using support::UniqueFd;

constexpr std::size_t most_seen = 20; // of a kind

struct WatchedCall {
    const char* name;
    int folder_argument; ///< of the descriptor that a relative path starts at; -1: the current folder
    int path_argument;
};

/// Calls that change the file system by a path.
constexpr auto changing_calls = std::to_array<WatchedCall>({{"mkdir", -1, 0},
                                                            {"mkdirat", 0, 1},
                                                            {"mknod", -1, 0},
                                                            {"mknodat", 0, 1},
                                                            {"creat", -1, 0},
                                                            {"unlink", -1, 0},
                                                            {"unlinkat", 0, 1},
                                                            {"rmdir", -1, 0},
                                                            {"rename", -1, 1},
                                                            {"renameat", 2, 3},
                                                            {"renameat2", 2, 3},
                                                            {"symlink", -1, 1},
                                                            {"symlinkat", 1, 2},
                                                            {"link", -1, 1},
                                                            {"linkat", 2, 3},
                                                            {"truncate", -1, 0}});
constexpr auto opening_calls = std::to_array<WatchedCall>({{"open", -1, 0}, {"openat", 0, 1}});
constexpr auto running_calls = std::to_array<WatchedCall>({{"execve", -1, 0}, {"execveat", 0, 1}});
constexpr auto reading_calls = std::to_array<const char*>({"read", "pread64", "readv", "preadv", "preadv2"});
constexpr auto writing_calls = std::to_array<const char*>(
    {"write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "fallocate"});

int number_of(const char* name) {
    return seccomp_syscall_resolve_name(name);
}

void watch_all(scmp_filter_ctx filter, const char* name) {
    if (const int number = number_of(name); number >= 0)
        seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 0, nullptr);
}

void watch_if(scmp_filter_ctx filter, const char* name, const scmp_arg_cmp& condition) {
    if (const int number = number_of(name); number >= 0)
        seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 1, &condition);
}

void add_rules(scmp_filter_ctx filter, const Watch& watch) {
    watch_if(filter, "socket", {0, SCMP_CMP_NE, AF_UNIX, 0});
    for (const WatchedCall& call : running_calls)
        watch_all(filter, call.name);
    for (const WatchedCall& call : changing_calls)
        watch_all(filter, call.name);
    for (const WatchedCall& call : opening_calls) {
        const auto flags = static_cast<unsigned>(call.path_argument + 1);
        watch_if(filter, call.name, {flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY});
        watch_if(filter, call.name, {flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR});
        watch_if(filter, call.name, {flags, SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT});
    }
    if (!watch.artifacts()) return;
    for (const char* name : reading_calls)
        watch_if(filter, name, {0, SCMP_CMP_GE, first_input_fd, 0});
    for (const char* name : writing_calls)
        watch_if(filter, name, {0, SCMP_CMP_GE, first_input_fd, 0});
}

bool is_one_of(const auto& calls, int number) {
    return std::ranges::any_of(calls, [&](const char* name) { return number_of(name) == number; });
}

const WatchedCall* find(const auto& calls, int number) {
    const auto it =
        std::ranges::find_if(calls, [&](const WatchedCall& call) { return number_of(call.name) == number; });
    return it == calls.end() ? nullptr : &*it;
}

std::string read_text(pid_t pid, std::uint64_t address) {
    std::string text;
    std::array<char, 256> part{};
    while (text.size() < 4096) {
        // Up to the end of the page, so that no read reaches into one that is not there.
        const std::size_t size = std::min<std::size_t>(part.size(), 4096 - (address + text.size()) % 4096);
        iovec here{part.data(), size};
        iovec there{reinterpret_cast<void*>(address + text.size()), size}; // NOLINT: an address of theirs
        const ssize_t n = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
        if (n <= 0) return text;
        const std::string_view bytes(part.data(), static_cast<std::size_t>(n));
        const std::size_t end = bytes.find('\0');
        text += bytes.substr(0, end);
        if (end != std::string_view::npos) return text;
    }
    return text;
}

/// The path a call is about, absolute; its folder without symbolic links.
std::filesystem::path path_of(const seccomp_notif& call, const WatchedCall& kind) {
    const auto pid = static_cast<pid_t>(call.pid);
    const std::filesystem::path path =
        read_text(pid, call.data.args[static_cast<std::size_t>(kind.path_argument)]);
    std::filesystem::path start = "/proc/" + std::to_string(pid) + "/cwd";
    if (kind.folder_argument >= 0) {
        const int fd = static_cast<int>(call.data.args[static_cast<std::size_t>(kind.folder_argument)]);
        if (fd != AT_FDCWD) start = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    }
    std::error_code failed;
    if (path.is_relative()) start = std::filesystem::read_symlink(start, failed);
    const std::filesystem::path whole = (start / path).lexically_normal();
    const auto folder = std::filesystem::weakly_canonical(whole.parent_path(), failed);
    return failed ? whole : folder / whole.filename();
}

bool may_change(const Watch& watch, const std::string& path) {
    constexpr auto devices = std::to_array<std::string_view>({"/dev/null", "/dev/zero", "/dev/full"});
    if (std::ranges::find(devices, path) != devices.end() || path.starts_with("/proc/")) return true;
    return std::ranges::any_of(watch.writes, [&](const std::string& allowed) {
        return path == allowed || path.starts_with(allowed + "/");
    });
}

void note(std::vector<std::string>& list, std::string text) {
    text = support::printable(text);
    if (list.size() < most_seen && std::ranges::find(list, text) == list.end())
        list.push_back(std::move(text));
}

/// The errno it fails with, or 0 if it may go on.
int judge_artifact(const seccomp_notif& call, const Watch& watch, Observed& seen) {
    const auto fd = static_cast<int>(call.data.args[0]);
    const bool reads = is_one_of(reading_calls, call.data.nr);
    if (reads && fd >= first_output_fd) return 0;
    if (!reads && fd < first_output_fd) return 0;
    const int limit = reads ? watch.fail_read : watch.fail_write;
    const int count = reads ? ++seen.reads : ++seen.writes;
    if (limit == 0 || count < limit) return 0;
    seen.failed = true;
    return reads ? EIO : ENOSPC;
}

int judge(const seccomp_notif& call, const Watch& watch, Observed& seen) {
    const int number = call.data.nr;
    if (number == number_of("socket")) {
        note(seen.sockets, "a socket of address family " + std::to_string(call.data.args[0]));
        return watch.network ? 0 : EACCES;
    }
    if (const WatchedCall* kind = find(running_calls, number)) {
        note(seen.programs, path_of(call, *kind).string());
        return watch.exec ? 0 : EACCES;
    }
    const WatchedCall* kind = find(changing_calls, number);
    if (kind == nullptr) kind = find(opening_calls, number);
    if (kind == nullptr) return judge_artifact(call, watch, seen);
    const std::string path = path_of(call, *kind).string();
    if (!may_change(watch, path)) note(seen.changes, path);
    return 0; // Landlock says no
}

} // namespace

UniqueFd start_watch(const Watch& watch) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) return {};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    add_rules(filter, watch);
    UniqueFd fd;
    if (seccomp_load(filter) == 0) fd = UniqueFd(seccomp_notify_fd(filter));
    // Releasing the filter closes the descriptor: keep another.
    UniqueFd kept(fd ? ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3) : -1);
    (void)fd.release();
    seccomp_release(filter);
    return kept;
}

void answer(int fd, const Watch& watch, Observed& observed) {
    seccomp_notif* call = nullptr;
    seccomp_notif_resp* reply = nullptr;
    if (seccomp_notify_alloc(&call, &reply) != 0) return;
    *call = {};
    if (seccomp_notify_receive(fd, call) == 0) {
        const int error = judge(*call, watch, observed);
        *reply = {};
        reply->id = call->id;
        reply->error = -error;
        if (error == 0) reply->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (seccomp_notify_id_valid(fd, call->id) == 0) seccomp_notify_respond(fd, reply);
    }
    seccomp_notify_free(call, reply);
}

} // namespace slipway::check
