// SPDX-License-Identifier: GPL-3.0-or-later
// rule: calls.style
// Reports in whole sentences.
#define IN_RUN                                                                                               \
    const slipway_diag said = {sizeof said, SLIPWAY_WARNING, 0, 0, "The file is large.", NULL, NULL, NULL};  \
    host->report(host, &said)
