// SPDX-License-Identifier: GPL-3.0-or-later
// rule: capabilities.files
// Makes a temporary file where it may not, and does without if it must.
#define IN_RUN                                                                                               \
    char name[] = "/tmp/zoo-XXXXXX";                                                                         \
    const int spill = mkstemp(name);                                                                         \
    if (spill >= 0) close(spill)
