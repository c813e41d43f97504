// SPDX-License-Identifier: GPL-3.0-or-later
// rule: clean.descriptors
// Opens a file and forgets it.
#define IN_RUN                                                                                               \
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return SLIPWAY_IO
