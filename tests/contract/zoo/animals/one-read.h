// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.pipes
// Takes one read() for the whole file.
#define IN_RUN                                                                                               \
    int in = -1, out = -1;                                                                                   \
    static char bytes[1 << 20];                                                                              \
    slipway_status status = host->input_open(host, "in", 0, &in);                                            \
    if (status != SLIPWAY_OK) return status;                                                                 \
    const ssize_t n = read(in, bytes, sizeof bytes);                                                         \
    close(in);                                                                                               \
    if (n < 0) return fail(host, SLIPWAY_IO, "reading the input", NULL);                                     \
    status = host->output_create(host, "out", "copy.txt", &out);                                             \
    if (status != SLIPWAY_OK) return status;                                                                 \
    const ssize_t written = write(out, bytes, (size_t)n);                                                    \
    close(out);                                                                                              \
    if (written != n) return fail(host, SLIPWAY_RESOURCE, "writing the copy", NULL);                         \
    return host->output_commit(host, "out", NULL)
