// SPDX-License-Identifier: GPL-3.0-or-later
//
// Texts that are too long, too many, not UTF-8, dangerous to a terminal, or secret.
#include "behaviour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static slipway_status done(struct stage_self* self) {
    return put(self->host, "out", "out.txt", "behaved\n", NULL);
}

// One line of 8 MiB, then one that no frame could hold.
static slipway_status huge_log(struct stage_self* self) {
    for (size_t size = 8u << 20; size <= 80u << 20; size += 72u << 20) {
        char* text = malloc(size + 1);
        memset(text, 'l', size);
        text[size] = '\0';
        self->host->log(self->host, SLIPWAY_INFO, text);
        free(text);
    }
    return done(self);
}

static slipway_status many_logs(struct stage_self* self) {
    for (int i = 0; i < 100000; ++i) {
        char text[64];
        snprintf(text, sizeof text, "line %d of very many", i);
        self->host->log(self->host, SLIPWAY_DEBUG, text);
    }
    return done(self);
}

static slipway_status count_options(struct stage_self* self) {
    char text[64];
    snprintf(text, sizeof text, "%zu bytes of options", self->options_size);
    self->host->log(self->host, SLIPWAY_INFO, text);
    return done(self);
}

static slipway_status log_bad_utf8(struct stage_self* self) {
    self->host->log(self->host, SLIPWAY_INFO, "caf\xe9 \xff\xfe \xed\xa0\x80 ok");
    self->host->log(self->host, 99, "a level that is none");
    self->host->log(self->host, -5, "a level below all");
    self->host->log(self->host, SLIPWAY_INFO, NULL);
    self->host->progress(self->host, 1, 0, "b\xffytes");
    return done(self);
}

static slipway_status log_escapes(struct stage_self* self) {
    self->host->log(self->host, SLIPWAY_WARNING, "\x1b[2J\x1b[31mred\x07\rover\nsecond line\ttab");
    const slipway_diag diag = {sizeof diag,      SLIPWAY_ERROR,   SLIPWAY_IO,    0,
                               "\x1b[2Jsummary", "\x1b[2Jdetail", "\x1b[2Jhint", NULL};
    self->host->report(self->host, &diag);
    return SLIPWAY_IO;
}

static slipway_status diag_bad_utf8(struct stage_self* self) {
    const slipway_diag diag = {sizeof diag,   99,          12345,  0, "summary \xff",
                               "detail \xff", "hint \xff", "/\xff"};
    self->host->report(self->host, &diag);
    return fail(self->host, SLIPWAY_VERIFY, "summary \xc3");
}

// As a plugin built with an older header would: only the fields up to summary are there.
static slipway_status diag_short(struct stage_self* self) {
    slipway_diag diag;
    memset(&diag, 0xff, sizeof diag);
    diag.struct_size = 24;
    diag.severity = SLIPWAY_ERROR;
    diag.code = SLIPWAY_VERIFY;
    diag.summary = "only a summary";
    self->host->report(self->host, &diag);
    return SLIPWAY_VERIFY;
}

static slipway_status meta_bad_utf8(struct stage_self* self) {
    return put(self->host, "out", "x", "text", "{\"annotations\": {\"a\": \"\xff\"}}");
}

static slipway_status name_bad_utf8(struct stage_self* self) {
    return put(self->host, "out", "caf\xe9.txt", "text", NULL);
}

static slipway_status secret_missing(struct stage_self* self) {
    const char* value = NULL;
    return self->host->secret_get(self->host, "NO_SUCH_SECRET", &value);
}

// Into everything that is shown or kept.
static slipway_status tell_secret(struct stage_self* self) {
    const slipway_host* host = self->host;
    const char* value = NULL;
    const slipway_status status = host->secret_get(host, "FAULT_TOKEN", &value);
    if (status != SLIPWAY_OK) return status;
    char text[1024], meta[1024];
    snprintf(text, sizeof text, "the token is %s!", value);
    host->log(host, SLIPWAY_INFO, text);
    host->log(host, SLIPWAY_DEBUG, text);
    host->progress(host, 1, 2, value);
    printf("%s\n", text);
    fflush(stdout);
    fprintf(stderr, "%s\n", value);
    const char* token = strchr(value, '\n') == NULL ? value : "";
    snprintf(meta, sizeof meta, "{\"annotations\": {\"token\": \"%s\"}}", token);
    char name[256];
    snprintf(name, sizeof name, "x%s.txt", token);
    const slipway_status put_it = put(host, "many", name, "no secret in the bytes", meta);
    if (put_it != SLIPWAY_OK) return put_it;
    const slipway_diag diag = {sizeof diag, SLIPWAY_ERROR, SLIPWAY_AUTH, 0, text, text, text, text};
    host->report(host, &diag);
    return SLIPWAY_AUTH;
}

const struct behaviour texts[] = {{"huge-log", huge_log},           {"many-logs", many_logs},
                                  {"count-options", count_options}, {"log-bad-utf8", log_bad_utf8},
                                  {"log-escapes", log_escapes},     {"diag-bad-utf8", diag_bad_utf8},
                                  {"diag-short", diag_short},       {"meta-bad-utf8", meta_bad_utf8},
                                  {"name-bad-utf8", name_bad_utf8}, {"secret-missing", secret_missing},
                                  {"tell-secret", tell_secret},     {NULL, NULL}};
