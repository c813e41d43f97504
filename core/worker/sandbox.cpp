// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <support/fs.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <worker/sandbox.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace slipway::worker {

using support::UniqueFd;

namespace {

// Debian 12's linux/landlock.h may be older than the kernel; these are ABI 2 and 3 (landlock(7)).
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

constexpr std::uint64_t write_file = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t write_folder = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE
                                       | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG
                                       | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO
                                       | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t make_device = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;

std::string reason(const char* what) {
    return std::string(what) + ": " + std::strerror(errno);
}

/// A path that does not exist yet is allowed through the nearest folder above it that does.
std::string existing_part(std::string path) {
    while (path.size() > 1 && ::access(path.c_str(), F_OK) != 0)
        path = std::filesystem::path(path).parent_path().string();
    return path;
}

bool allow(int ruleset, const std::string& path, std::uint64_t file_rights, std::uint64_t folder_rights) {
    const UniqueFd fd(::open(existing_part(path).c_str(), O_PATH | O_CLOEXEC));

    struct stat st {};

    if (!fd || ::fstat(fd.get(), &st) != 0) return false;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = S_ISDIR(st.st_mode) ? file_rights | folder_rights : file_rights;
    rule.parent_fd = fd.get();
    return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

void enter_landlock(const SandboxPolicy& policy, SandboxLevel& level) {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        level.missing.push_back(reason("landlock"));
        return;
    }
    const std::uint64_t file_rights = write_file | (abi >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
    const std::uint64_t folder_rights = write_folder | (abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0);
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = file_rights | folder_rights | make_device;
    const UniqueFd ruleset(static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
    if (!ruleset) {
        level.missing.push_back(reason("landlock"));
        return;
    }
    for (const std::string& path : policy.write_paths)
        if (!allow(ruleset.get(), path, file_rights, folder_rights))
            level.missing.push_back(reason(("landlock rule for '" + path + "'").c_str()));
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/full"})
        allow(ruleset.get(), device, file_rights, 0);
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0)
        level.landlock = true;
    else
        level.missing.push_back(reason("landlock"));
}

/// System calls that change the machine, look into other processes or reach into the kernel's insides.
constexpr auto denied_calls = std::to_array<const char*>({"ptrace",
                                                          "process_vm_readv",
                                                          "process_vm_writev",
                                                          "bpf",
                                                          "perf_event_open",
                                                          "keyctl",
                                                          "add_key",
                                                          "request_key",
                                                          "kexec_load",
                                                          "kexec_file_load",
                                                          "init_module",
                                                          "finit_module",
                                                          "delete_module",
                                                          "userfaultfd",
                                                          "io_uring_setup",
                                                          "io_uring_enter",
                                                          "io_uring_register",
                                                          "reboot",
                                                          "swapon",
                                                          "swapoff",
                                                          "settimeofday",
                                                          "clock_settime",
                                                          "adjtimex",
                                                          "acct",
                                                          "quotactl",
                                                          "open_by_handle_at",
                                                          "kcmp",
                                                          "iopl",
                                                          "ioperm"});

constexpr auto mount_calls = std::to_array<const char*>(
    {"mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen", "fsmount", "move_mount",
     "open_tree", "mount_setattr", "sethostname", "setdomainname"});

void deny(scmp_filter_ctx filter, const char* name, int error) {
    const int number = seccomp_syscall_resolve_name(name);
    // A call this architecture or libseccomp does not have cannot be made either.
    if (number >= 0) seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number, 0);
}

void enter_seccomp(const plugin::Capabilities& may, SandboxLevel& level) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) {
        level.missing.push_back("seccomp: out of memory");
        return;
    }
    for (const char* name : denied_calls)
        deny(filter, name, EPERM);
    for (const char* name : mount_calls)
        deny(filter, name, EPERM);
    if (!may.exec)
        for (const char* name : {"execve", "execveat"})
            deny(filter, name, EACCES);
    // SCMP_A0 is a compound literal, which is no C++.
    const scmp_arg_cmp not_local{0, SCMP_CMP_NE, AF_UNIX, 0};
    if (!may.network) seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &not_local);
    const int failed = seccomp_load(filter);
    seccomp_release(filter);
    if (failed == 0)
        level.seccomp = true;
    else
        level.missing.push_back(std::string("seccomp: ") + std::strerror(-failed));
}

} // namespace

SandboxLevel enter_sandbox(const SandboxPolicy& policy) {
    SandboxLevel level;
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) level.missing.push_back(reason("no_new_privs"));
    enter_landlock(policy, level);
    enter_seccomp(policy.capabilities, level);
    return level;
}

bool filter_enclosed_calls() {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) return false;
    for (const char* name : denied_calls)
        deny(filter, name, EPERM);
    for (const char* name : mount_calls)
        if (std::string_view(name) != "chroot") deny(filter, name, EPERM); // that keeps within the root
    const bool loaded = seccomp_load(filter) == 0;
    seccomp_release(filter);
    return loaded;
}

} // namespace slipway::worker
