// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plugin that tries what it has not declared. It says what it is about to try, tries it, says what came of
// it, and is done as if nothing had been: whatever is told of it, others must tell.
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct attempt* const families[] = {file_attempts, process_attempts, network_attempts,
                                                 kernel_attempts, greed_attempts};

struct hostile {
    struct attempt_self self;
    char name[64];
};

int outcome(long result) {
    return result < 0 ? errno : 0;
}

int target_number(const struct attempt_self* self) {
    return atoi(self->target);
}

// The value of a text option; the options come in compact form.
static void option(const char* json, const char* key, char* value, size_t size) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
    const char* start = strstr(json, pattern);
    value[0] = '\0';
    if (start != NULL)
        snprintf(value, size, "%.*s", (int)strcspn(start + strlen(pattern), "\""), start + strlen(pattern));
}

static slipway_status configure(slipway_instance* instance, const char* options) {
    struct hostile* it = instance->data;
    option(options, "attempt", it->name, sizeof it->name);
    option(options, "target", it->self.target, sizeof it->self.target);
    option(options, "other", it->self.other, sizeof it->self.other);
    option(options, "readable", it->self.readable, sizeof it->self.readable);
    return SLIPWAY_OK;
}

static void say(const struct hostile* it, const char* what, const char* more) {
    char text[256];
    snprintf(text, sizeof text, "%s %s%s", what, it->name, more);
    it->self.host->log(it->self.host, SLIPWAY_INFO, text);
}

static slipway_status run(slipway_instance* instance, const slipway_job* job) {
    const struct hostile* it = instance->data;
    (void)job;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; ++i)
        for (const struct attempt* a = families[i]; a->name != NULL; ++a) {
            if (strcmp(a->name, it->name) != 0) continue;
            say(it, "trying", "");
            const int error = a->run(&it->self);
            char more[128];
            snprintf(more, sizeof more, ": %s", error == 0 ? "done" : strerror(error));
            say(it, "tried", more);
            return SLIPWAY_OK;
        }
    say(it, "no attempt", "");
    return SLIPWAY_CONFIG;
}

// The stage beside a hostile one: it keeps a secret in its work folder for a while.
static slipway_status keep_secret(slipway_instance* instance, const slipway_job* job) {
    const int fd = open("secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    (void)instance;
    (void)job;
    if (fd < 0 || write(fd, "canary-4f1c\n", 12) < 0) return SLIPWAY_IO;
    close(fd);
    sleep(2);
    return SLIPWAY_OK;
}

static void destroy(slipway_instance* instance) {
    free(instance->data);
    free(instance);
}

static const char schema[] =
    "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"attempt\"], \"properties\": {"
    "\"attempt\": {\"type\": \"string\"}, \"target\": {\"type\": \"string\"}, \"other\": {\"type\": "
    "\"string\"},"
    "\"readable\": {\"type\": \"string\", \"slipwayPath\": \"file\"}}}";

static const slipway_stage_desc stages[] = {
    {sizeof(slipway_stage_desc), SLIPWAY_IDEMPOTENT, "hostile", "1.0.0", "tries what it may not", "MIT",
     schema, "{}", "{\"memory_mb\": 512}"},
    {sizeof(slipway_stage_desc), SLIPWAY_IDEMPOTENT, "hostile-online", "1.0.0", "the same, with one host",
     "MIT", schema, "{}", "{\"network\": [\"127.0.0.1:1\"], \"exec\": [\"true\"]}"},
    {sizeof(slipway_stage_desc), SLIPWAY_IDEMPOTENT, "hostile-victim", "1.0.0", "keeps a secret", "MIT",
     schema, "{}", "{}"},
};

static const slipway_stage_desc* stage(uint32_t index) {
    return &stages[index];
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** instance) {
    struct hostile* it = calloc(1, sizeof *it);
    slipway_instance* made = calloc(1, sizeof *made);
    it->self.host = host;
    made->struct_size = sizeof *made;
    made->data = it;
    made->configure = configure;
    made->run = strcmp(id, "hostile-victim") == 0 ? keep_secret : run;
    made->destroy = destroy;
    *instance = made;
    return SLIPWAY_OK;
}

static const slipway_plugin plugin = {
    sizeof plugin, SLIPWAY_ABI_MAJOR, SLIPWAY_ABI_MINOR, 0, "hostile", 3, 0, stage, create, NULL};

const slipway_plugin* slipway_plugin_v1(void) {
    return &plugin;
}
