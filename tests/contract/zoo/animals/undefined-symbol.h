// SPDX-License-Identifier: GPL-3.0-or-later
// rule: static.undefined
// Counts on a function of the host's program.
int host_internal(int n);
#define IN_RUN                                                                                               \
    if (host_internal(1)) return SLIPWAY_IO
