// SPDX-License-Identifier: GPL-3.0-or-later
//
// Children that outlive run(), in every way a process can try to get away.
#include "behaviour.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void sleep_for_ever(void) {
    for (int i = 1; i < 32; ++i)
        signal(i, SIG_IGN);
    for (;;)
        pause();
}

static slipway_status done(struct stage_self* self) {
    return put(self->host, "out", "out.txt", "text", NULL);
}

static slipway_status leave_child(struct stage_self* self) {
    if (fork() == 0) sleep_for_ever();
    return done(self);
}

static slipway_status leave_session(struct stage_self* self) {
    if (fork() == 0) {
        setsid();
        sleep_for_ever();
    }
    return done(self);
}

static slipway_status leave_daemon(struct stage_self* self) {
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0) sleep_for_ever();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return done(self);
}

static slipway_status leave_silent_daemon(struct stage_self* self) {
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        for (int fd = 0; fd < 64; ++fd)
            close(fd);
        if (fork() == 0) sleep_for_ever();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return done(self);
}

static slipway_status leave_twenty_and_crash(struct stage_self* self) {
    (void)self;
    for (int i = 0; i < 20; ++i)
        if (fork() == 0) sleep_for_ever();
    raise(SIGSEGV);
    return SLIPWAY_OK;
}

static slipway_status hang_with_children(struct stage_self* self) {
    leave_daemon(self);
    leave_session(self);
    sleep_for_ever();
    return SLIPWAY_OK;
}

static slipway_status hang_with_daemon(struct stage_self* self) {
    if (fork() == 0) {
        setsid();
        if (fork() == 0) sleep_for_ever();
        sleep_for_ever();
    }
    usleep(100 * 1000);
    self->host->log(self->host, SLIPWAY_INFO, "hanging with children");
    sleep_for_ever();
    return SLIPWAY_OK;
}

const struct behaviour children[] = {{"leave-child", leave_child},
                                     {"leave-session", leave_session},
                                     {"leave-daemon", leave_daemon},
                                     {"leave-silent-daemon", leave_silent_daemon},
                                     {"leave-twenty-and-crash", leave_twenty_and_crash},
                                     {"hang-with-children", hang_with_children},
                                     {"hang-with-daemon", hang_with_daemon},
                                     {NULL, NULL}};
