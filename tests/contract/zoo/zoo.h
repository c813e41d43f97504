// SPDX-License-Identifier: GPL-3.0-or-later
//
// The skeleton of the zoo: a stage that copies its input to its output and keeps every rule. A plugin of the
// zoo includes it after defining what it does wrong:
//
//   AT_LOAD, IN_CREATE, IN_CONFIGURE, IN_RUN, IN_DESTROY   statements, at the beginning of that function
//   FLAGS, ID, VERSION, SUMMARY, LICENSE, SCHEMA, PORTS, CAPABILITIES, MIN_HOST_MINOR
//
// In the statements `host` is the host, `self` the instance (not in create), `job` the job (run only),
// `options` the options' text (configure only).
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <slipway/stage.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct stage {
    slipway_instance abi;
    const slipway_host* host;
    char folder[4096]; // the option "folder"
    char out[4096];    // the option "out"
    char secret[256];  // the name in the option "token"
};

static const slipway_stage_desc* stage(uint32_t index);

static inline slipway_status fail(const slipway_host* host, slipway_status code, const char* summary,
                                  const char* option) {
    const slipway_diag diag = {sizeof diag, SLIPWAY_ERROR, code, 0, summary, NULL, NULL, option};
    host->report(host, &diag);
    return code;
}

static inline void pause_ms(int milliseconds) {
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

// The text option `key` of compact JSON.
static inline void text_option(const char* json, const char* key, char* value, size_t size) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
    const char* start = strstr(json, pattern);
    if (start != NULL) start += strlen(pattern);
    snprintf(value, size, "%.*s", start == NULL ? 0 : (int)strcspn(start, "\""), start == NULL ? "" : start);
}

// Reads and writes everything; `more` comes first.
static inline slipway_status copy(const slipway_host* host, int in, int out, const char* more) {
    char bytes[4096];
    ssize_t n = (ssize_t)snprintf(bytes, sizeof bytes, "%s", more);
    do {
        if (host->cancelled(host)) return SLIPWAY_CANCELLED;
        for (ssize_t done = 0; done < n;) {
            const ssize_t written = write(out, bytes + done, (size_t)(n - done));
            if (written < 0)
                return fail(host, errno == ENOSPC ? SLIPWAY_RESOURCE : SLIPWAY_IO, "writing the copy", NULL);
            done += written;
        }
        n = read(in, bytes, sizeof bytes);
        if (n < 0) return fail(host, SLIPWAY_IO, "reading the input", NULL);
    } while (n > 0);
    return SLIPWAY_OK;
}

// A copy by hand, 512 bytes at a time: `step` does something with `out`, `bytes` and `n`, and may set
// `status`.
#define COPY_WITH(step)                                                                                      \
    int in = -1, out = -1;                                                                                   \
    char bytes[512];                                                                                         \
    ssize_t n = 0;                                                                                           \
    slipway_status status = host->input_open(host, "in", 0, &in);                                            \
    if (status != SLIPWAY_OK) return status;                                                                 \
    status = host->output_create(host, "out", "copy.txt", &out);                                             \
    while (status == SLIPWAY_OK && (n = read(in, bytes, sizeof bytes)) > 0) {                                \
        step;                                                                                                \
    }                                                                                                        \
    if (n < 0) status = fail(host, SLIPWAY_IO, "reading the input", NULL);                                   \
    close(in);                                                                                               \
    if (out >= 0) close(out);                                                                                \
    return status == SLIPWAY_OK ? host->output_commit(host, "out", NULL) : status

static inline slipway_status copy_input(const slipway_host* host, const char* more) {
    int in = -1, out = -1;
    slipway_status status = host->input_open(host, "in", 0, &in);
    if (status != SLIPWAY_OK) return status;
    status = host->output_create(host, "out", "copy.txt", &out);
    if (status == SLIPWAY_OK) status = copy(host, in, out, more);
    close(in);
    if (out >= 0) close(out);
    return status == SLIPWAY_OK ? host->output_commit(host, "out", NULL) : status;
}
