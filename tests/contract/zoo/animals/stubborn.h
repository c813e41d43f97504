// SPDX-License-Identifier: GPL-3.0-or-later
// rule: cancel.during
// Works on after it was cancelled.
#define IN_RUN                                                                                               \
    if (host->cancelled(host)) return SLIPWAY_CANCELLED;                                                     \
    for (int i = 0; i < 60; ++i) {                                                                           \
        pause_ms(10);                                                                                        \
        if (host->cancelled(host)) return pause_ms(1500), SLIPWAY_CANCELLED;                                 \
    }
