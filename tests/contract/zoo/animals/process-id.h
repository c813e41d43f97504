// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.again
// Writes its process id.
#define IN_RUN                                                                                               \
    char now[64];                                                                                            \
    snprintf(now, sizeof now, "%ld\n", (long)getpid());                                                      \
    return copy_input(host, now)
