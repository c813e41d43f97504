// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the attempts of the hostile stage have in common. An attempt tries one thing that the stage has no
// business with, on a target that the test has made, and gives 0 (it could) or an errno.
#pragma once

#include <slipway/stage.h>

struct attempt_self {
    const slipway_host* host;
    char target[4096];   // a path, a process id, the name of a socket
    char other[4096];    // a second one
    char readable[4096]; // a file that it may read
};

typedef int (*attempt_fn)(const struct attempt_self* self);

struct attempt {
    const char* name;
    attempt_fn run;
};

// Each file's attempts, ended by one without a name.
extern const struct attempt file_attempts[];
extern const struct attempt process_attempts[];
extern const struct attempt network_attempts[];
extern const struct attempt kernel_attempts[];
extern const struct attempt greed_attempts[];

// 0, or errno, of a call that gives -1 for failure.
int outcome(long result);

// The number in the target.
int target_number(const struct attempt_self* self);
