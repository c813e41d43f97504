// SPDX-License-Identifier: GPL-3.0-or-later
#include "privileges.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <support/fs.hpp>
#include <support/secret_bytes.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace slipway::worker {

namespace {

constexpr std::int64_t most_tasks = 1024;
constexpr std::int64_t gibibyte = std::int64_t{1} << 30;
constexpr rlim_t most_open_files = 4096;

// Address sanitizers reserve terabytes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_can_be_limited = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool memory_can_be_limited = false;
#else
constexpr bool memory_can_be_limited = true;
#endif
#else
constexpr bool memory_can_be_limited = true;
#endif

/// Root reads and writes what landlock lets it, whoever owns it; a stage that is root over its work folder
/// makes a root file system there.
std::uint64_t kept_capabilities(const plugin::Capabilities& may) {
    const auto bits = [](std::initializer_list<int> list) {
        std::uint64_t sum = 0;
        for (const int capability : list)
            sum |= std::uint64_t{1} << capability;
        return sum;
    };
    return may.root
               ? bits({CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_CHOWN, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP})
               : bits({CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH});
}

bool set_capabilities(std::uint64_t kept) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> now{};
    if (::syscall(SYS_capget, &header, now.data()) != 0) return false;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const auto half = static_cast<std::uint32_t>(kept >> (32 * i));
        now[i] = {now[i].effective & half, now[i].permitted & half, 0};
    }
    return ::syscall(SYS_capset, &header, now.data()) == 0;
}

rlim_t lowered(int resource, rlim_t wanted) {
    rlimit now{};
    return ::getrlimit(static_cast<__rlimit_resource>(resource), &now) == 0 ? std::min(now.rlim_max, wanted)
                                                                            : wanted;
}

void lower(int resource, rlim_t wanted) {
    const rlim_t value = lowered(resource, wanted);
    const rlimit limit{value, value};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

std::int64_t physical_memory() {
    return std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE);
}

struct Space {
    std::int64_t total = 0, free = 0, files = 0, free_files = 0;
};

Space space_of(const std::string& folder) {
    struct statvfs fs {};

    if (folder.empty() || ::statvfs(folder.c_str(), &fs) != 0) return {};
    const auto block = static_cast<std::int64_t>(fs.f_frsize);
    return {static_cast<std::int64_t>(fs.f_blocks) * block, static_cast<std::int64_t>(fs.f_bavail) * block,
            static_cast<std::int64_t>(fs.f_files), static_cast<std::int64_t>(fs.f_favail)};
}

} // namespace

Limits limits_of(const SandboxPolicy& policy) {
    Limits limits;
    const std::int64_t declared = policy.capabilities.memory_mb << 20;
    if (memory_can_be_limited) limits.memory = declared > 0 ? declared : physical_memory() / 4 * 3;
    limits.tasks = most_tasks;
    const Space space = space_of(policy.work_dir);
    limits.spare = std::min({std::max(space.total / 20, gibibyte / 16), space.free / 4, gibibyte});
    limits.spare_files = std::min(space.files / 20, space.free_files / 4);
    return limits;
}

void drop_privileges(const plugin::Capabilities& may, SandboxLevel& level) {
    const std::uint64_t kept = kept_capabilities(may);
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    // Root gets by execve(2) what is in the bounding set. Who may not drop from it has nothing to lose.
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
        if ((kept >> capability & 1) == 0) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (!set_capabilities(kept) || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        level.missing.push_back(std::string("privileges: ") + std::strerror(errno));
    else
        level.reached.push_back("privileges");
}

void be_first_out_of_memory() {
    const support::UniqueFd fd(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)); // proc(5)
    if (fd) (void)support::write_all(fd.get(), "1000", "oom_score_adj");
}

void limit_resources(const SandboxPolicy& policy) {
    const Limits limits = limits_of(policy);
    support::forbid_core_dumps();
    lower(RLIMIT_NOFILE, most_open_files);
    lower(RLIMIT_MEMLOCK, 64u << 20);
    lower(RLIMIT_MSGQUEUE, 0);
    if (const Space space = space_of(policy.work_dir); space.total > 0)
        lower(RLIMIT_FSIZE, static_cast<rlim_t>(space.free - limits.spare));
    if (limits.memory == 0) return;
    // The supervisor sees who takes more and says so; these are for who is faster than that.
    lower(RLIMIT_DATA, static_cast<rlim_t>(limits.memory + limits.memory / 8));
    lower(RLIMIT_AS, static_cast<rlim_t>(limits.memory * 2 + 16 * gibibyte));
}

} // namespace slipway::worker
