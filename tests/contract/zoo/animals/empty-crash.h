// SPDX-License-Identifier: GPL-3.0-or-later
// rule: options.empty
// Takes for granted that there are options.
#define IN_CONFIGURE                                                                                         \
    if (strcmp(options, "{}") == 0) abort()
