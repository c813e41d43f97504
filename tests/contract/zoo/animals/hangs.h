// SPDX-License-Identifier: GPL-3.0-or-later
// rule: run.case
// Never ends.
#define IN_RUN                                                                                               \
    for (;;)                                                                                                 \
    pause()
