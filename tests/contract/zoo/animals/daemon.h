// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.children
// Starts a daemon.
#define IN_RUN                                                                                               \
    const pid_t child = fork();                                                                              \
    if (child == 0) {                                                                                        \
        setsid();                                                                                            \
        if (fork() == 0) sleep(600);                                                                         \
        _exit(0);                                                                                            \
    }                                                                                                        \
    waitpid(child, NULL, 0)
