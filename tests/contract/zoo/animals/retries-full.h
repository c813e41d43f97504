// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.call-resource
// Turns a full disk into a bug of its own.
#define IN_RUN                                                                                               \
    const char* meta = NULL;                                                                                 \
    const slipway_status status = host->input_meta(host, "in", 0, &meta);                                    \
    if (status == SLIPWAY_RESOURCE) return SLIPWAY_INTERNAL;                                                 \
    if (status != SLIPWAY_OK) return status
