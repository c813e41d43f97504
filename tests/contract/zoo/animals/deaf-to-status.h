// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.call-io
// Takes an IO failure of the host for a missing description.
#define IN_RUN                                                                                               \
    const char* meta = NULL;                                                                                 \
    const slipway_status status = host->input_meta(host, "in", 0, &meta);                                    \
    if (status != SLIPWAY_OK && status != SLIPWAY_IO) return status
