// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stage types that differ in their ports, for tests of the wiring and of the reports. All but "tells" write
// what they must and nothing more; "tells" has an effect, and talks.
#include <slipway/stage.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAGE(flags, id, summary, ports)                                                                     \
    { sizeof(slipway_stage_desc), flags, id, "1.2.3", summary, "MIT", "{\"type\": \"object\"}", ports, "{}" }

static const slipway_stage_desc stages[] = {
    STAGE(0, "must-take", "takes one text", "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/plain\"}]}"),
    STAGE(0, "takes-many", "takes any number of texts",
          "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/*\", \"many\": true}]}"),
    STAGE(SLIPWAY_DETERMINISTIC, "gives-json", "writes a document",
          "{\"outputs\": [{\"name\": \"json\", \"type\": \"application/json\", \"doc\": \"a document\"}]}"),
    STAGE(SLIPWAY_EXTERNAL_EFFECTS | SLIPWAY_DRY_RUN | SLIPWAY_IDEMPOTENT, "tells",
          "has an effect, and tells of it", "{}"),
    STAGE(SLIPWAY_EXTERNAL_EFFECTS, "acts", "has an effect that it cannot tell before", "{}"),
};

struct self {
    const slipway_host* host;
    const char* id;
};

static const slipway_stage_desc* stage(uint32_t index) {
    return &stages[index];
}

static slipway_status configure(slipway_instance* instance, const char* json) {
    (void)instance, (void)json;
    return SLIPWAY_OK;
}

static slipway_status declare(const slipway_host* host, int32_t state) {
    const slipway_host_effect_1* effects = host->get_extension(host, SLIPWAY_EXT_EFFECT_1);
    const slipway_effect_1 effect = {sizeof effect,    state,           "test.write",
                                     "somewhere/else", "write 3 files", "+one\n-two\n"};
    return effects->declare(host, &effect);
}

static slipway_status tell(const slipway_host* host, const slipway_job* job) {
    host->log(host, SLIPWAY_DEBUG, "a detail");
    host->log(host, SLIPWAY_INFO, "a remark\nof two lines");
    const slipway_diag diag = {sizeof diag, SLIPWAY_WARNING,  SLIPWAY_OK, 0, "the token ends soon",
                               NULL,        "make a new one", NULL};
    host->report(host, &diag);
    if ((job->flags & SLIPWAY_JOB_DRY_RUN) != 0) return declare(host, SLIPWAY_EFFECT_PLANNED);
    for (uint64_t i = 0; i <= 15; ++i) {
        host->progress(host, i * 1000000, 15000000, "bytes");
        usleep(50 * 1000);
    }
    const slipway_status status = declare(host, SLIPWAY_EFFECT_STARTED);
    return status == SLIPWAY_OK ? declare(host, SLIPWAY_EFFECT_DONE) : status;
}

static slipway_status give(const slipway_host* host) {
    int fd = -1;
    slipway_status status = host->output_create(host, "json", "document.json", &fd);
    if (status != SLIPWAY_OK) return status;
    static const char text[] = "{\"answer\": {\"is\": 42}}\n";
    if (write(fd, text, sizeof text - 1) < 0) status = SLIPWAY_IO;
    close(fd);
    return status == SLIPWAY_OK ? host->output_commit(host, "json", NULL) : status;
}

static slipway_status run(slipway_instance* instance, const slipway_job* job) {
    const struct self* self = instance->data;
    if (strcmp(self->id, "tells") == 0) return tell(self->host, job);
    if (strcmp(self->id, "gives-json") == 0) return give(self->host);
    return SLIPWAY_OK;
}

static void destroy(slipway_instance* instance) {
    free(instance->data);
    free(instance);
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** made) {
    struct self* self = calloc(1, sizeof *self);
    slipway_instance* instance = calloc(1, sizeof *instance);
    self->host = host;
    self->id = id;
    *instance = (slipway_instance){sizeof *instance, 0, self, configure, run, NULL, destroy};
    *made = instance;
    return SLIPWAY_OK;
}

static const slipway_plugin plugin = {
    sizeof plugin, SLIPWAY_ABI_MAJOR, 0, 0, "wires 1.2.3", 5, 0, stage, create, NULL};

const slipway_plugin* slipway_plugin_v1(void) {
    return &plugin;
}
