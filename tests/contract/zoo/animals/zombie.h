// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.children
// Starts a child and does not wait for it.
#define IN_RUN                                                                                               \
    if (fork() == 0) _exit(0)
