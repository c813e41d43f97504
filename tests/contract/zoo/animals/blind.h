// SPDX-License-Identifier: GPL-3.0-or-later
// rule: faults.no-input
// Makes something of an input that is not there.
#define IN_RUN                                                                                               \
    if (host->input_count(host, "in") == 0) {                                                                \
        int out = -1;                                                                                        \
        if (host->output_create(host, "out", "copy.txt", &out) == SLIPWAY_OK) close(out);                    \
        return host->output_commit(host, "out", NULL);                                                       \
    }
