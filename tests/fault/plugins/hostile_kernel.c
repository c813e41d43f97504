// SPDX-License-Identifier: GPL-3.0-or-later
//
// The machine and the kernel. Arguments are such that nothing is harmed where a call is not stopped.
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CALL(name, ...)                                                                                      \
    static int name(const struct attempt_self* self) {                                                       \
        (void)self;                                                                                          \
        return outcome(__VA_ARGS__);                                                                         \
    }

static const char no_module[] = "no module";
static char nothing[256];

CALL(load_module, syscall(SYS_init_module, no_module, sizeof no_module, ""))
CALL(load_module_file, syscall(SYS_finit_module, 0, "", 0))
CALL(unload_module, syscall(SYS_delete_module, "no-such-module", O_NONBLOCK))
CALL(mount_tmpfs, mount("none", ".", "tmpfs", 0, NULL))
CALL(unmount, umount2("/proc", MNT_DETACH))
CALL(change_root, chroot("."))
CALL(pivot, syscall(SYS_pivot_root, ".", "."))
CALL(unshare_user, unshare(CLONE_NEWUSER))
CALL(open_file_system, syscall(SYS_fsopen, "tmpfs", 0))
CALL(join_namespace, setns(0, 0))
CALL(load_bpf, syscall(SYS_bpf, 0, nothing, sizeof nothing))
CALL(observe, syscall(SYS_perf_event_open, nothing, 0, -1, -1, 0))
CALL(read_keys, syscall(SYS_keyctl, 0, -3, 1))
CALL(add_key, syscall(SYS_add_key, "user", "hostile", "x", 1, -3))
CALL(make_ring, syscall(SYS_io_uring_setup, 1, nothing))
CALL(handle_faults, syscall(SYS_userfaultfd, 1))
CALL(load_kernel, syscall(SYS_kexec_load, 0, 0, NULL, 0))
CALL(reboot_machine,
     syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, NULL))
CALL(stop_swapping, swapoff("/no-such-file"))
CALL(read_kernel_log, syscall(SYS_syslog, 2, nothing, sizeof nothing))
CALL(name_machine, sethostname("localhost", 9))
CALL(set_quota, syscall(SYS_quotactl, 0, "", 0, NULL))
CALL(open_by_handle, syscall(SYS_open_by_handle_at, AT_FDCWD, nothing, O_RDONLY))
CALL(type_into_terminal, ioctl(0, TIOCSTI, "x"))
CALL(call_x32, syscall(0x40000000 + SYS_getpid))

// getpid() of i386, whose numbers mean other calls.
static int call_i386(const struct attempt_self* self) {
    (void)self;
#ifdef __x86_64__
    long result = 20;
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
    return outcome(result < 0 ? -1 : 0);
#else
    return ENOSYS;
#endif
}

static int clone_namespace(const struct attempt_self* self) {
    (void)self;
    const long child = syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return outcome(child);
}

static int set_clock(const struct attempt_self* self) {
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_REALTIME, &now);
    return outcome(clock_settime(CLOCK_REALTIME, &now));
}

static int use_device(const struct attempt_self* self) {
    const int fd = open(self->target, O_RDWR | O_CLOEXEC);
    return fd < 0 ? errno : 0;
}

const struct attempt kernel_attempts[] = {{"init-module", load_module},
                                          {"finit-module", load_module_file},
                                          {"delete-module", unload_module},
                                          {"mount", mount_tmpfs},
                                          {"umount", unmount},
                                          {"chroot", change_root},
                                          {"pivot-root", pivot},
                                          {"unshare", unshare_user},
                                          {"clone-newuser", clone_namespace},
                                          {"fsopen", open_file_system},
                                          {"setns", join_namespace},
                                          {"bpf", load_bpf},
                                          {"perf-event-open", observe},
                                          {"keyctl", read_keys},
                                          {"add-key", add_key},
                                          {"io-uring", make_ring},
                                          {"userfaultfd", handle_faults},
                                          {"kexec", load_kernel},
                                          {"reboot", reboot_machine},
                                          {"swapoff", stop_swapping},
                                          {"syslog", read_kernel_log},
                                          {"sethostname", name_machine},
                                          {"quotactl", set_quota},
                                          {"open-by-handle", open_by_handle},
                                          {"tiocsti", type_into_terminal},
                                          {"x32", call_x32},
                                          {"i386", call_i386},
                                          {"clock-settime", set_clock},
                                          {"device", use_device},
                                          {NULL, NULL}};
