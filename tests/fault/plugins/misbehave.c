// SPDX-License-Identifier: GPL-3.0-or-later
//
// The plugin: stage types that do what a file tells them, mostly the wrong thing. "misbehave" may nothing,
// "capable" has the network and may start programs, "good" makes an artifact from its option "text".
#include "behaviour.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct behaviour* const families[] = {deaths, streams, children, calls, texts, confined};

slipway_status fail(const slipway_host* host, slipway_status code, const char* summary) {
    const slipway_diag diag = {sizeof diag, SLIPWAY_ERROR, code, 0, summary, NULL, NULL, NULL};
    host->report(host, &diag);
    return code;
}

slipway_status fail_errno(const slipway_host* host, const char* what, int error) {
    char text[256];
    snprintf(text, sizeof text, "%s: %s", what, strerror(error));
    return fail(host, SLIPWAY_IO, text);
}

slipway_status put(const slipway_host* host, const char* port, const char* name, const char* text,
                   const char* meta) {
    int fd = -1;
    const slipway_status status = host->output_create(host, port, name, &fd);
    if (status != SLIPWAY_OK) return status;
    const size_t size = strlen(text);
    if (write(fd, text, size) != (ssize_t)size) return SLIPWAY_IO;
    close(fd);
    return host->output_commit(host, port, meta);
}

// The value of a text option; the options come in compact form.
static void option(const char* json, const char* key, char* value, size_t size) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
    const char* start = strstr(json, pattern);
    if (start == NULL) {
        value[0] = '\0';
        return;
    }
    start += strlen(pattern);
    const size_t n = strcspn(start, "\"");
    snprintf(value, size, "%.*s", (int)n, start);
}

static void read_behaviour(struct stage_self* self) {
    char path[2048];
    option(self->options, "behaviour", path, sizeof path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? 0 : read(fd, self->behaviour, sizeof self->behaviour - 1);
    close(fd);
    self->behaviour[n > 0 ? n : 0] = '\0';
    self->behaviour[strcspn(self->behaviour, "\n")] = '\0';
}

static int behaves_as(const struct stage_self* self, const char* name) {
    return strcmp(self->behaviour, name) == 0;
}

static slipway_status configure(slipway_instance* instance, const char* options) {
    struct stage_self* self = instance->data;
    snprintf(self->options, sizeof self->options, "%s", options);
    self->options_size = strlen(options);
    read_behaviour(self);
    if (behaves_as(self, "configure-hang"))
        for (;;)
            pause();
    if (behaves_as(self, "configure-crash")) raise(SIGSEGV);
    if (behaves_as(self, "configure-waits")) return SLIPWAY_WAITING;
    if (behaves_as(self, "configure-refuses")) {
        const slipway_diag diag = {sizeof diag,       SLIPWAY_ERROR, SLIPWAY_CONFIG,     0,
                                   "no such flavour", NULL,          "vanilla or lemon", "/behaviour"};
        self->host->report(self->host, &diag);
        return SLIPWAY_CONFIG;
    }
    return SLIPWAY_OK;
}

static slipway_status misbehave(slipway_instance* instance, const slipway_job* job) {
    struct stage_self* self = instance->data;
    (void)job;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; ++i)
        for (const struct behaviour* b = families[i]; b->name != NULL; ++b)
            if (behaves_as(self, b->name)) return b->run(self);
    if (strncmp(self->behaviour, "destroy-", 8) == 0 || behaves_as(self, "ok"))
        return put(self->host, "out", "out.txt", "behaved\n", NULL);
    return fail(self->host, SLIPWAY_CONFIG, "the behaviour file names nothing that is known");
}

static slipway_status be_good(slipway_instance* instance, const slipway_job* job) {
    struct stage_self* self = instance->data;
    char text[2048];
    (void)job;
    option(self->options, "text", text, sizeof text);
    return put(self->host, "out", "good.txt", text, NULL);
}

static void destroy(slipway_instance* instance) {
    struct stage_self* self = instance->data;
    if (behaves_as(self, "destroy-hang"))
        for (;;)
            pause();
    if (behaves_as(self, "destroy-crash")) raise(SIGSEGV);
    free(self);
    free(instance);
}

static const char schema[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
    "\"behaviour\": {\"type\": \"string\", \"slipwayPath\": \"file\", \"description\": \"says what to do\"},"
    "\"text\": {\"type\": \"string\", \"description\": \"what to write\", \"default\": \"good\"},"
    "\"secret\": {\"type\": \"object\", \"description\": \"a secret it may ask for\"}}}";

static const char ports[] =
    "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/plain\", \"optional\": true}],"
    " \"outputs\": [{\"name\": \"out\", \"type\": \"text/plain\"},"
    "               {\"name\": \"many\", \"type\": \"text/x-many\", \"many\": true},"
    "               {\"name\": \"either\", \"type\": [\"application/zstd\", \"application/x-xz\"]}]}";

static const char good_ports[] =
    "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/plain\", \"optional\": true}],"
    " \"outputs\": [{\"name\": \"out\", \"type\": \"text/plain\"}]}";

static const slipway_stage_desc stages[] = {
    {sizeof(slipway_stage_desc), SLIPWAY_IDEMPOTENT, "misbehave", "1.0.0", "does what a file says", "MIT",
     schema, ports, "{}"},
    {sizeof(slipway_stage_desc), SLIPWAY_IDEMPOTENT, "capable", "1.0.0", "the same, with the network", "MIT",
     schema, ports, "{\"network\": true, \"exec\": true}"},
    {sizeof(slipway_stage_desc), SLIPWAY_DETERMINISTIC, "good", "1.0.0", "writes a text", "MIT", schema,
     good_ports, "{}"},
};

static const slipway_stage_desc* stage(uint32_t index) {
    return &stages[index];
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** instance) {
    struct stage_self* self = calloc(1, sizeof *self);
    slipway_instance* made = calloc(1, sizeof *made);
    self->host = host;
    made->struct_size = sizeof *made;
    made->data = self;
    made->configure = configure;
    made->run = strcmp(id, "good") == 0 ? be_good : misbehave;
    made->destroy = destroy;
    *instance = made;
    return SLIPWAY_OK;
}

static const slipway_plugin plugin = {
    sizeof plugin, SLIPWAY_ABI_MAJOR, SLIPWAY_ABI_MINOR, 0, "misbehave", 3, 0, stage, create, NULL};

const slipway_plugin* slipway_plugin_v1(void) {
    return &plugin;
}
