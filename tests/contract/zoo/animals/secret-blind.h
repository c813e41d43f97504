// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.no-secret
// Goes on without its secret.
#define IN_RUN                                                                                               \
    const char* value = NULL;                                                                                \
    const slipway_status status = host->secret_get(host, self->secret, &value);                              \
    if (status != SLIPWAY_OK && status != SLIPWAY_AUTH) return status
