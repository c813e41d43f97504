// SPDX-License-Identifier: GPL-3.0-or-later
// rule: cancel.during
// Asks whether it is cancelled, and goes on.
#define IN_RUN                                                                                               \
    COPY_WITH((void)host->cancelled(host); if (write(out, bytes, (size_t)n) != n) status =                   \
                                               fail(host, SLIPWAY_RESOURCE, "writing the copy", NULL))
