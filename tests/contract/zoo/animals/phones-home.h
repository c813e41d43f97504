// SPDX-License-Identifier: GPL-3.0-or-later
// rule: capabilities.network
// Opens a socket that it has not declared.
#define IN_RUN                                                                                               \
    const int line = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);                                          \
    if (line >= 0) close(line)
