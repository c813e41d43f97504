// SPDX-License-Identifier: GPL-3.0-or-later
//
// The plugin of the zoo; what is wrong with it comes from the compiler's command line, -DMUTANT="file".
#include "zoo.h"
#ifdef MUTANT
#include MUTANT
#endif

#ifndef FLAGS
#define FLAGS (SLIPWAY_DETERMINISTIC | SLIPWAY_IDEMPOTENT)
#endif
#ifndef ID
#define ID "animal"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef SUMMARY
#define SUMMARY "copy a file"
#endif
#ifndef LICENSE
#define LICENSE "GPL-3.0-or-later"
#endif
#ifndef SCHEMA
#define SCHEMA                                                                                               \
    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"                              \
    "\"folder\": {\"type\": \"string\", \"slipwayPath\": \"tree\", \"description\": \"a folder\"},"          \
    "\"out\": {\"type\": \"string\", \"slipwayPath\": \"write\", \"description\": \"a file it may write\"}," \
    "\"count\": {\"type\": \"integer\", \"description\": \"a number\"},"                                     \
    "\"token\": {\"type\": \"object\", \"description\": \"a secret\"}}}"
#endif
#ifndef PORTS
#define PORTS                                                                                                \
    "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/plain\", \"doc\": \"the file\"}],"                    \
    " \"outputs\": [{\"name\": \"out\", \"type\": \"text/plain\", \"doc\": \"its copy\"}]}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{}"
#endif
#ifndef MIN_HOST_MINOR
#define MIN_HOST_MINOR 0
#endif
#ifndef AT_LOAD
#define AT_LOAD
#endif
#ifndef IN_STAGE
#define IN_STAGE
#endif
#ifndef IN_CREATE
#define IN_CREATE
#endif
#ifndef IN_CONFIGURE
#define IN_CONFIGURE
#endif
#ifndef IN_RUN
#define IN_RUN
#endif
#ifndef IN_DESTROY
#define IN_DESTROY
#endif
#ifndef KNOWN_ID
#define KNOWN_ID(id) (strcmp(id, ID) == 0)
#endif

static slipway_status configure(slipway_instance* instance, const char* options) {
    struct stage* self = instance->data;
    const slipway_host* host = self->host;
    (void)host;
    text_option(options, "folder", self->folder, sizeof self->folder);
    text_option(options, "out", self->out, sizeof self->out);
    text_option(options, "secret", self->secret, sizeof self->secret);
    IN_CONFIGURE;
    return SLIPWAY_OK;
}

static slipway_status run(slipway_instance* instance, const slipway_job* job) {
    struct stage* self = instance->data;
    const slipway_host* host = self->host;
    (void)job;
    IN_RUN;
    return copy_input(host, "");
}

static void destroy(slipway_instance* instance) {
    struct stage* self = instance->data;
    const slipway_host* host = self->host;
    (void)host;
    IN_DESTROY;
    free(self);
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** instance) {
    IN_CREATE;
    if (!KNOWN_ID(id)) return SLIPWAY_NOT_FOUND;
    struct stage* self = calloc(1, sizeof *self);
    if (self == NULL) return SLIPWAY_RESOURCE;
    self->host = host;
    self->abi.struct_size = sizeof self->abi;
    self->abi.data = self;
    self->abi.configure = configure;
    self->abi.run = run;
    self->abi.destroy = destroy;
    *instance = &self->abi;
    return SLIPWAY_OK;
}

static const slipway_stage_desc description = {
    sizeof description, FLAGS, ID, VERSION, SUMMARY, LICENSE, SCHEMA, PORTS, CAPABILITIES};

static const slipway_stage_desc* stage(uint32_t index) {
    (void)index;
    IN_STAGE;
    return &description;
}

SLIPWAY_EXPORT const slipway_plugin* slipway_plugin_v1(void) {
    static const slipway_plugin plugin = {
        sizeof plugin, SLIPWAY_ABI_MAJOR, SLIPWAY_ABI_MINOR, MIN_HOST_MINOR, "zoo", 1, 0, stage, create,
        NULL};
    AT_LOAD;
    return &plugin;
}
