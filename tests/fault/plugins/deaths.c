// SPDX-License-Identifier: GPL-3.0-or-later
//
// Ways to die, to hang, and to return nonsense.
#include "behaviour.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static slipway_status pause_for_ever(void) {
    while (pause() < 0) {
    }
    return SLIPWAY_INTERNAL;
}

static slipway_status segfault(struct stage_self* self) {
    (void)self;
    static volatile size_t address = 16; // never mapped, and the compiler cannot know it
    *(volatile int*)address = 1;
    return SLIPWAY_OK;
}

static slipway_status aborts(struct stage_self* self) {
    (void)self;
    abort();
}

static slipway_status exit_0(struct stage_self* self) {
    (void)self;
    _exit(0);
}

static slipway_status exit_3(struct stage_self* self) {
    (void)self;
    _exit(3);
}

static void print_at_exit(void) {
    static const char text[] = "an exit handler ran\n";
    if (write(1, text, sizeof text - 1) < 0) abort();
}

static slipway_status exit_with_handlers(struct stage_self* self) {
    (void)self;
    atexit(print_at_exit);
    exit(0);
}

static slipway_status kill_itself(struct stage_self* self) {
    (void)self;
    kill(getpid(), SIGKILL);
    return SLIPWAY_OK;
}

static slipway_status kill_parent(struct stage_self* self) {
    (void)self;
    kill(getppid(), SIGKILL);
    return pause_for_ever();
}

// Waits for the user's cancel, as it must.
static slipway_status cooperate(struct stage_self* self) {
    self->host->log(self->host, SLIPWAY_INFO, "waiting for a cancel");
    while (!self->host->cancelled(self->host))
        usleep(20 * 1000);
    return SLIPWAY_CANCELLED;
}

static slipway_status hang(struct stage_self* self) {
    self->host->log(self->host, SLIPWAY_INFO, "hanging");
    return pause_for_ever();
}

static slipway_status hang_ignoring_signals(struct stage_self* self) {
    struct sigaction ignore;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    for (int i = 1; i < 32; ++i)
        sigaction(i, &ignore, NULL);
    return hang(self);
}

static slipway_status spin(struct stage_self* self) {
    self->host->log(self->host, SLIPWAY_INFO, "spinning");
    for (volatile unsigned n = 1; n != 0; n |= 1) {
    }
    return SLIPWAY_INTERNAL;
}

// Hangs while the host is hashing what it committed: the reply finds nobody.
static slipway_status die_in_commit(struct stage_self* self) {
    int fd = -1;
    if (self->host->output_create(self->host, "out", "big", &fd) != SLIPWAY_OK) return SLIPWAY_IO;
    if (ftruncate(fd, 256 << 20) != 0) return SLIPWAY_IO;
    close(fd);
    const pid_t worker = getpid();
    if (syscall(SYS_fork) == 0) {
        usleep(30 * 1000);
        kill(worker, SIGKILL);
        _exit(0);
    }
    return self->host->output_commit(self->host, "out", NULL);
}

static slipway_status returns_unknown_negative(struct stage_self* self) {
    (void)self;
    return -99;
}

static slipway_status returns_unknown_positive(struct stage_self* self) {
    (void)self;
    return 7;
}

static slipway_status claims_crashed(struct stage_self* self) {
    (void)self;
    return SLIPWAY_CRASHED;
}

static slipway_status says_nothing(struct stage_self* self) {
    (void)self;
    return SLIPWAY_VERIFY;
}

static slipway_status waits(struct stage_self* self) {
    return fail(self->host, SLIPWAY_WAITING, "the pull request is not merged yet");
}

static slipway_status conflicts(struct stage_self* self) {
    return fail(self->host, SLIPWAY_CONFLICT, "tag '05112026' holds another tree");
}

const struct behaviour deaths[] = {{"segfault", segfault},
                                   {"abort", aborts},
                                   {"exit-0", exit_0},
                                   {"exit-3", exit_3},
                                   {"exit-with-handlers", exit_with_handlers},
                                   {"kill-itself", kill_itself},
                                   {"kill-parent", kill_parent},
                                   {"cooperate", cooperate},
                                   {"hang", hang},
                                   {"hang-ignoring-signals", hang_ignoring_signals},
                                   {"spin", spin},
                                   {"die-in-commit", die_in_commit},
                                   {"status-99", returns_unknown_negative},
                                   {"status-7", returns_unknown_positive},
                                   {"status-crashed", claims_crashed},
                                   {"says-nothing", says_nothing},
                                   {"waiting", waits},
                                   {"conflict", conflicts},
                                   {NULL, NULL}};
