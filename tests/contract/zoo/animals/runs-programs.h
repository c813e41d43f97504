// SPDX-License-Identifier: GPL-3.0-or-later
// rule: capabilities.exec
// Starts a program that it has not declared.
#define IN_RUN                                                                                               \
    const pid_t child = fork();                                                                              \
    if (child == 0) {                                                                                        \
        execl("/bin/true", "true", (char*)NULL);                                                             \
        _exit(0);                                                                                            \
    }                                                                                                        \
    waitpid(child, NULL, 0)
