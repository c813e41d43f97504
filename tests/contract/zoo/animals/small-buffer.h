// SPDX-License-Identifier: GPL-3.0-or-later
// rule: options.large
// Copies its options into a buffer of fixed size.
#define IN_CONFIGURE                                                                                         \
    if (strlen(options) > 65536) raise(SIGSEGV)
