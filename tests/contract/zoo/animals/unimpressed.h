// SPDX-License-Identifier: GPL-3.0-or-later
// rule: cancel.during
// Asks whether it is cancelled, and goes on.
#define IN_RUN                                                                                               \
    int in = -1, out = -1;                                                                                   \
    char byte[512];                                                                                          \
    ssize_t n = 0;                                                                                           \
    slipway_status status = host->input_open(host, "in", 0, &in);                                            \
    if (status != SLIPWAY_OK) return status;                                                                 \
    status = host->output_create(host, "out", "copy.txt", &out);                                             \
    while (status == SLIPWAY_OK && (n = read(in, byte, sizeof byte)) > 0) {                                  \
        (void)host->cancelled(host);                                                                         \
        if (write(out, byte, (size_t)n) != n)                                                                \
            status = fail(host, SLIPWAY_RESOURCE, "writing the copy", NULL);                                 \
    }                                                                                                        \
    if (n < 0) status = fail(host, SLIPWAY_IO, "reading the input", NULL);                                   \
    close(in);                                                                                               \
    if (out >= 0) close(out);                                                                                \
    return status == SLIPWAY_OK ? host->output_commit(host, "out", NULL) : status
