// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.read
// Takes a read error for the end of the file.
#define IN_RUN                                                                                               \
    int in = -1, out = -1;                                                                                   \
    char byte[512];                                                                                          \
    slipway_status status = host->input_open(host, "in", 0, &in);                                            \
    if (status != SLIPWAY_OK) return status;                                                                 \
    status = host->output_create(host, "out", "copy.txt", &out);                                             \
    for (ssize_t n; status == SLIPWAY_OK && (n = read(in, byte, sizeof byte)) > 0;)                          \
        if (write(out, byte, (size_t)n) != n)                                                                \
            status = fail(host, SLIPWAY_RESOURCE, "writing the copy", NULL);                                 \
    close(in);                                                                                               \
    if (out >= 0) close(out);                                                                                \
    return status == SLIPWAY_OK ? host->output_commit(host, "out", NULL) : status
