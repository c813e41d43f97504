// SPDX-License-Identifier: GPL-3.0-or-later
#include "calls.hpp"

#include <fcntl.h>
#include <seccomp.h>

#include <cerrno>
#include <iterator>

namespace crash_at {

namespace {

constexpr Call calls[] = {
    {"write", Target::descriptor, true, true},
    {"pwrite64", Target::descriptor, true, true},
    {"writev", Target::descriptor, true, false},
    {"sendto", Target::descriptor, false, false},
    {"sendmsg", Target::descriptor, false, false},
    {"sendfile", Target::descriptor, true, false},
    {"copy_file_range", Target::descriptor, true, false},
    {"ftruncate", Target::descriptor, true, false},
    {"fallocate", Target::descriptor, true, false},
    {"fsync", Target::descriptor, true, false},
    {"fdatasync", Target::descriptor, true, false},
    {"fchmod", Target::descriptor, true, false},
    {"connect", Target::descriptor, false, false},
    {"open", Target::path, true, false},
    {"openat", Target::second_path, true, false},
    {"mkdir", Target::path, true, false},
    {"mkdirat", Target::second_path, true, false},
    {"rename", Target::path, true, false},
    {"renameat", Target::second_path, true, false},
    {"renameat2", Target::second_path, true, false},
    {"link", Target::path, true, false},
    {"linkat", Target::second_path, true, false},
    {"symlink", Target::path, true, false},
    {"symlinkat", Target::path, true, false},
    {"unlink", Target::path, true, false},
    {"unlinkat", Target::second_path, true, false},
    {"rmdir", Target::path, true, false},
    {"chmod", Target::path, true, false},
    {"utimensat", Target::second_path, true, false},
    {"clone", Target::none, false, false},
    {"clone3", Target::none, false, false},
    {"fork", Target::none, false, false},
    {"vfork", Target::none, false, false},
    {"execve", Target::path, false, false},
};

/// Opening is a change only where it may make a file.
int trap(scmp_filter_ctx filter, std::string_view name, int number) {
    const bool at = name == "openat";
    if (name != "open" && !at) return seccomp_rule_add(filter, SCMP_ACT_TRACE(0), number, 0);
    const scmp_arg_cmp creates{at ? 2u : 1u, SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT};
    return seccomp_rule_add_array(filter, SCMP_ACT_TRACE(0), number, 1, &creates);
}

} // namespace

bool trap_calls() {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr) return false;
    int failed = 0;
    for (const Call& call : calls)
        if (const int number = seccomp_syscall_resolve_name(call.name); number >= 0 && failed == 0)
            failed = trap(filter, call.name, number);
    if (failed == 0) failed = seccomp_load(filter);
    seccomp_release(filter);
    errno = -failed;
    return failed == 0;
}

const Call* find_call(int number) {
    for (const Call& call : calls)
        if (seccomp_syscall_resolve_name(call.name) == number) return &call;
    return nullptr;
}

} // namespace crash_at
