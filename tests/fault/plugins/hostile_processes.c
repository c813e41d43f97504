// SPDX-License-Identifier: GPL-3.0-or-later
//
// Other processes, and processes of its own that are not to be.
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static int kill_target(const struct attempt_self* self) {
    return outcome(kill(target_number(self), SIGKILL));
}

// Whose number is in the readable file, once it is there.
static int kill_named(const struct attempt_self* self) {
    int number = 0;
    for (int i = 0; i < 300 && number == 0; ++i) {
        FILE* file = fopen(self->readable, "re");
        if (file != NULL && fscanf(file, "%d", &number) != 1) number = 0;
        if (file != NULL) fclose(file);
        usleep(10 * 1000);
    }
    return outcome(kill(number, SIGKILL));
}

static int kill_parent(const struct attempt_self* self) {
    (void)self;
    return outcome(kill(getppid(), SIGKILL));
}

// SIGCONT does no harm where this is not stopped.
static int signal_all(const struct attempt_self* self) {
    (void)self;
    return outcome(kill(-1, SIGCONT));
}

static int trace_target(const struct attempt_self* self) {
    return outcome(ptrace(PTRACE_ATTACH, target_number(self), NULL, NULL));
}

static int read_memory(const struct attempt_self* self) {
    char byte;
    struct iovec here = {&byte, 1}, there = {(void*)environ, 1};
    return outcome(process_vm_readv(target_number(self), &here, 1, &there, 1, 0));
}

static int write_memory(const struct attempt_self* self) {
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {(void*)environ, 1};
    return outcome(process_vm_writev(target_number(self), &here, 1, &there, 1, 0));
}

static int take_descriptor(const struct attempt_self* self) {
    const long fd = syscall(SYS_pidfd_open, target_number(self), 0);
    return outcome(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

static int limit_other(const struct attempt_self* self) {
    const struct rlimit none = {0, 0};
    return outcome(prlimit(target_number(self), RLIMIT_NOFILE, &none, NULL));
}

static int slow_all_down(const struct attempt_self* self) {
    (void)self;
    return outcome(setpriority(PRIO_USER, 0, 19));
}

static int start_program(const struct attempt_self* self) {
    const pid_t child = fork();
    if (child == 0) {
        execl(self->target, self->target, self->other, (char*)NULL);
        _exit(errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

// A program that is in no file.
static int start_from_memory(const struct attempt_self* self) {
    char buffer[65536];
    const int from = open(self->target, O_RDONLY), to = memfd_create("program", 0);
    for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
        if (write(to, buffer, (size_t)n) != n) return errno;
    char* const arguments[] = {"true", NULL};
    const pid_t child = fork();
    if (child == 0) {
        fexecve(to, arguments, environ);
        _exit(errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static int become_user(const struct attempt_self* self) {
    (void)self;
    return outcome(setuid(12345));
}

static int become_group(const struct attempt_self* self) {
    (void)self;
    return outcome(setresgid(12345, 12345, 12345));
}

static int take_groups(const struct attempt_self* self) {
    const gid_t groups[] = {0, 4, 6};
    (void)self;
    return outcome(setgroups(3, groups));
}

static int dump_core(const struct attempt_self* self) {
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    (void)self;
    setrlimit(RLIMIT_CORE, &all);
    raise(SIGSEGV);
    return 0;
}

static void wait_for_ever(void) {
    for (int i = 1; i < 32; ++i)
        signal(i, SIG_IGN);
    for (;;)
        pause();
}

static int stay(const struct attempt_self* self) {
    (void)self;
    if (fork() == 0) wait_for_ever();
    return 0;
}

static int stay_as_daemon(const struct attempt_self* self) {
    (void)self;
    if (fork() == 0) {
        setsid();
        if (fork() == 0) wait_for_ever();
        _exit(0);
    }
    wait(NULL);
    return 0;
}

static int never_end(const struct attempt_self* self) {
    (void)self;
    wait_for_ever();
    return 0;
}

const struct attempt process_attempts[] = {{"kill", kill_target},
                                           {"kill-named", kill_named},
                                           {"kill-parent", kill_parent},
                                           {"signal-all", signal_all},
                                           {"ptrace", trace_target},
                                           {"process-vm-readv", read_memory},
                                           {"process-vm-writev", write_memory},
                                           {"pidfd-getfd", take_descriptor},
                                           {"prlimit", limit_other},
                                           {"setpriority", slow_all_down},
                                           {"exec", start_program},
                                           {"fexecve", start_from_memory},
                                           {"setuid", become_user},
                                           {"setgid", become_group},
                                           {"setgroups", take_groups},
                                           {"core-dump", dump_core},
                                           {"stay", stay},
                                           {"daemon", stay_as_daemon},
                                           {"never-end", never_end},
                                           {NULL, NULL}};
