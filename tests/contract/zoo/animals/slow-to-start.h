// SPDX-License-Identifier: GPL-3.0-or-later
// rule: cancel.before
// Works for two seconds before it asks whether it should.
#define IN_RUN                                                                                               \
    if (host->cancelled(host)) pause_ms(2000)
