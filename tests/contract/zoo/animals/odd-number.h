// SPDX-License-Identifier: GPL-3.0-or-later
// rule: options.values
// Divides by an option.
#define IN_CONFIGURE                                                                                         \
    const char* count = strstr(options, "\"count\":0");                                                      \
    if (count != NULL) raise(SIGFPE)
