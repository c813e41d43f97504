// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.write
// Does not look whether its output was written.
#define IN_RUN                                                                                               \
    int in = -1, out = -1;                                                                                   \
    char byte[512];                                                                                          \
    ssize_t n = 0;                                                                                           \
    slipway_status status = host->input_open(host, "in", 0, &in);                                            \
    if (status != SLIPWAY_OK) return status;                                                                 \
    status = host->output_create(host, "out", "copy.txt", &out);                                             \
    while (status == SLIPWAY_OK && (n = read(in, byte, sizeof byte)) > 0) {                                  \
        const ssize_t written = write(out, byte, (size_t)n);                                                 \
        (void)written;                                                                                       \
    }                                                                                                        \
    if (n < 0) status = fail(host, SLIPWAY_IO, "reading the input", NULL);                                   \
    close(in);                                                                                               \
    if (out >= 0) close(out);                                                                                \
    return status == SLIPWAY_OK ? host->output_commit(host, "out", NULL) : status
