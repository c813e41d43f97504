// SPDX-License-Identifier: GPL-3.0-or-later
#include "call_filter.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace slipway::worker {

using support::UniqueFd;

namespace {

/// System calls that change the machine, look into other processes or reach into the kernel's insides.
constexpr auto denied_calls = std::to_array<const char*>(
    {// other processes
     "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
     "move_pages", "migrate_pages",
     // the kernel's insides
     "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
     "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "lookup_dcookie",
     "syslog", "fanotify_init", "open_by_handle_at", "name_to_handle_at", "vmsplice",
     // keys
     "keyctl", "add_key", "request_key",
     // the machine
     "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "acct",
     "quotactl", "quotactl_fd", "iopl", "ioperm", "modify_ldt", "vhangup", "nfsservctl", "uselib"});

constexpr auto mount_calls = std::to_array<const char*>(
    {"mount", "umount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen", "fsconfig",
     "fsmount", "fspick", "move_mount", "open_tree", "mount_setattr", "sethostname", "setdomainname"});

/// The calls up to Linux 6.1, Debian 12's, were looked at one by one; the numbers are the same everywhere
/// (asm-generic/unistd.h). Newer ones, such as fchmodat2() and open_tree_attr(), do not exist: the C library
/// does without.
constexpr int first_unknown_call = 451, last_unknown_call = 511;

constexpr unsigned new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

/// Compare the 32 bits the kernel looks at: the others may hold anything.
constexpr scmp_arg_cmp equals(unsigned argument, unsigned value, unsigned mask = ~0u) {
    // SCMP_A0 and the like are compound literals, which is no C++.
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

class Filter {
public:
    explicit Filter(bool watched) : watched_(watched) {
        if (!context_) return;
        seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree, not a list
        // The calls of other ABIs (int 0x80, x32) have other numbers.
        seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    }

    /// The supervisor refuses it and tells the user.
    void deny(const char* name, int error, std::initializer_list<scmp_arg_cmp> when = {}) {
        add(watched_ ? SCMP_ACT_NOTIFY : SCMP_ACT_ERRNO(static_cast<unsigned>(error)), name, when);
    }

    /// It does not exist.
    void hide(const char* name) { add(SCMP_ACT_ERRNO(ENOSYS), name, {}); }

    void hide(int number) { add(SCMP_ACT_ERRNO(ENOSYS), number, {}); }

    /// The supervisor looks at it first.
    void show(const char* name, std::initializer_list<scmp_arg_cmp> when = {}) {
        if (watched_) add(SCMP_ACT_NOTIFY, name, when);
    }

    /// 0, or an errno.
    int load() {
        if (!context_) return ENOMEM;
        return failed_ != 0 ? failed_ : -seccomp_load(context_.get());
    }

    /// libseccomp's only one: nobody here may answer.
    UniqueFd listener() const { return UniqueFd(watched_ ? seccomp_notify_fd(context_.get()) : -1); }

private:
    struct Release {
        void operator()(void* context) const { seccomp_release(context); }
    };

    void add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> when) {
        const int number = seccomp_syscall_resolve_name(name);
        // A call this architecture or libseccomp does not have cannot be made either.
        if (number >= 0) add(action, number, when);
    }

    void add(std::uint32_t action, int number, std::initializer_list<scmp_arg_cmp> when) {
        if (!context_) return;
        const int result = -seccomp_rule_add_array(context_.get(), action, number,
                                                   static_cast<unsigned>(when.size()), when.begin());
        // One that says no more than an earlier one exists already.
        if (result != 0 && result != EEXIST) failed_ = result;
    }

    bool watched_;
    int failed_ = 0;
    std::unique_ptr<void, Release> context_{seccomp_init(SCMP_ACT_ALLOW)};
};

/// All but TCP and UDP: landlock knows the ports of TCP, and of no other protocol with streams.
void filter_protocols(Filter& filter, unsigned family) {
    constexpr unsigned type_mask = 0xf; // the rest is flags
    for (const unsigned type : {SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, SOCK_PACKET})
        filter.deny("socket", EACCES, {equals(0, family), equals(1, type, type_mask)});

    struct Usual {
        unsigned type, protocol;
    };

    for (const Usual usual : {Usual{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}}) {
        const auto deny = [&](scmp_arg_cmp protocol) {
            filter.deny("socket", EACCES, {equals(0, family), equals(1, usual.type, type_mask), protocol});
        };
        for (unsigned other = 1; other < usual.protocol; ++other)
            deny(equals(2, other));
        deny({2, SCMP_CMP_GT, usual.protocol, 0});
    }
}

/// AF_UNIX is there for what a stage starts (gpg and its agent); whom it connects to is looked at.
void filter_sockets(Filter& filter, const plugin::Capabilities& may) {
    const auto allowed = [&](unsigned family) {
        return family == AF_UNIX
               || (may.network && (family == AF_INET || family == AF_INET6 || family == AF_NETLINK));
    };
    constexpr unsigned last = AF_NETLINK;
    for (unsigned family = 0; family <= last; ++family)
        if (!allowed(family)) filter.deny("socket", EACCES, {equals(0, family)});
    filter.deny("socket", EACCES, {{0, SCMP_CMP_GT, last, 0}});
    if (!may.exec)
        filter.deny("socket", EACCES, {equals(0, AF_UNIX), equals(1, SOCK_DGRAM, 0xf)}); // needs no connect()
    filter.show("connect");
    if (!may.network) return;
    for (const unsigned family : {unsigned{AF_INET}, unsigned{AF_INET6}})
        filter_protocols(filter, family);
    filter.deny("socket", EACCES, {equals(0, AF_NETLINK), {2, SCMP_CMP_NE, NETLINK_ROUTE, 0}});
    // TCP Fast Open (RFC 7413) connects without connect().
    for (const auto& [name, flags] : {std::pair{"sendto", 3u}, {"sendmsg", 2u}, {"sendmmsg", 3u}})
        filter.deny(name, EACCES, {equals(flags, MSG_FASTOPEN, MSG_FASTOPEN)});
}

void filter_programs(Filter& filter, const plugin::Capabilities& may) {
    for (const char* name : {"execve", "execveat"})
        if (!may.exec)
            filter.deny(name, EACCES);
        else if (!may.programs.empty())
            filter.show(name);
}

/// New processes and threads are counted, new namespaces refused. clone3() hides its flags behind a pointer.
void filter_clones(Filter& filter) {
    filter.hide("clone3");
    for (const char* name : {"fork", "vfork", "clone"})
        filter.show(name);
    for (unsigned flag = 1; flag != 0; flag <<= 1)
        if ((new_namespaces & flag) != 0) filter.deny("clone", EPERM, {equals(0, flag, flag)});
}

void filter_identities(Filter& filter, const plugin::Capabilities& may) {
    if (may.root) return;
    for (const char* name :
         {"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups"})
        filter.show(name);
}

void filter_signals(Filter& filter) {
    const auto self = static_cast<unsigned>(::getpid());
    for (const char* name : {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
        filter.show(name, {{0, SCMP_CMP_NE, self, 0}});
    filter.show("pidfd_send_signal");
}

/// Landlock decides; the supervisor tells what it has refused. What a stage does by the thousand goes by
/// descriptors of its own folders, and does not wait for that.
void show_files(Filter& filter, const plugin::Capabilities& may) {
    constexpr auto here = static_cast<unsigned>(AT_FDCWD);
    for (const char* name :
         {"open",  "creat",   "openat2",  "truncate",  "unlink",      "rmdir",       "rename",
          "link",  "symlink", "mkdir",    "mknod",     "chmod",       "chown",       "lchown",
          "utime", "utimes",  "setxattr", "lsetxattr", "removexattr", "lremovexattr"})
        filter.show(name);
    for (const char* name : {"openat", "unlinkat", "renameat", "renameat2", "linkat", "mkdirat", "mknodat",
                             "fchmodat", "fchownat", "futimesat", "utimensat"})
        filter.show(name, {equals(0, here)});
    filter.show("symlinkat", {equals(1, here)});
    // Who is root over its work folder reads a whole system there.
    if (!may.root) filter.show("openat", {{0, SCMP_CMP_NE, here, 0}, equals(2, 0, O_CREAT)});
}

/// Modes and times of what the host has opened, which no mount of the stage's own protects. Who is root over
/// its work folder makes thousands of files there.
void show_descriptors(Filter& filter, const plugin::Capabilities& may) {
    if (may.root) return;
    for (const char* name : {"fchmod", "fchown", "fsetxattr", "fremovexattr"})
        filter.show(name);
    filter.show("utimensat", {{1, SCMP_CMP_EQ, 0, 0}});
}

void filter_devices(Filter& filter) {
    for (const unsigned type : {unsigned{S_IFCHR}, unsigned{S_IFBLK}}) {
        filter.deny("mknod", EPERM, {equals(1, type, S_IFMT)});
        filter.deny("mknodat", EPERM, {equals(2, type, S_IFMT)});
    }
    constexpr unsigned tiocsti = TIOCSTI, tioclinux = TIOCLINUX; // type into the user's terminal
    filter.deny("ioctl", EPERM, {equals(1, tiocsti)});
    filter.deny("ioctl", EPERM, {equals(1, tioclinux)});
}

/// Who is slowed down by it is not always a child.
void filter_priorities(Filter& filter) {
    filter.deny("setpriority", EPERM, {{0, SCMP_CMP_NE, PRIO_PROCESS, 0}});
    filter.deny("setpriority", EPERM, {{1, SCMP_CMP_NE, 0, 0}});
    filter.deny("ioprio_set", EPERM, {{1, SCMP_CMP_NE, 0, 0}});
    for (const char* name : {"sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity"})
        filter.show(name, {{0, SCMP_CMP_NE, 0, 0}});
}

int load(Filter& filter, const plugin::Capabilities& may) {
    for (int number = first_unknown_call; number <= last_unknown_call; ++number)
        filter.hide(number);
    for (const char* name : denied_calls)
        filter.deny(name, EPERM);
    for (const char* name : mount_calls)
        filter.deny(name, EPERM);
    filter_sockets(filter, may);
    filter_programs(filter, may);
    filter_clones(filter);
    filter_identities(filter, may);
    filter_signals(filter);
    filter_devices(filter);
    filter_priorities(filter);
    filter.show("prlimit64", {{2, SCMP_CMP_NE, 0, 0}});
    filter.show("setrlimit");
    show_files(filter, may);
    show_descriptors(filter, may);
    return filter.load();
}

} // namespace

UniqueFd filter_watched_calls(const plugin::Capabilities& may, SandboxLevel& level) {
    Filter watched(true);
    const int no_listener = load(watched, may);
    if (no_listener != 0) {
        filter_calls(may, level);
        level.missing.push_back(
            std::string("reports of what was denied, and the number of processes: seccomp: ")
            + std::strerror(no_listener));
        return {};
    }
    level.reached.push_back("system-calls");
    return watched.listener();
}

void filter_calls(const plugin::Capabilities& may, SandboxLevel& level) {
    Filter alone(false);
    if (const int failed = load(alone, may); failed != 0)
        level.missing.push_back(std::string("system-calls: seccomp: ") + std::strerror(failed));
    else
        level.reached.push_back("system-calls");
}

bool filter_enclosed_calls() {
    Filter filter(false);
    for (const char* name : denied_calls)
        filter.deny(name, EPERM);
    for (const char* name : mount_calls)
        if (std::string_view(name) != "chroot") filter.deny(name, EPERM); // that keeps within the root
    const int failed = filter.load();
    errno = failed;
    return failed == 0;
}

} // namespace slipway::worker
