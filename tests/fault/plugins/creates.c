// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plugin whose stage types differ in what create() does wrong.
#include <signal.h>
#include <slipway/stage.h>
#include <string.h>

#define STAGE(id)                                                                                            \
    {                                                                                                        \
        sizeof(slipway_stage_desc), 0, id, "1.0.0", "create() is wrong", "MIT", "{\"type\": \"object\"}",    \
            "{}", "{}"                                                                                       \
    }

static const slipway_stage_desc stages[] = {
    STAGE("create-fails"),      STAGE("create-silent"), STAGE("create-nothing"), STAGE("create-truncated"),
    STAGE("create-incomplete"), STAGE("create-waits"),  STAGE("create-crashes")};

static const slipway_stage_desc* stage(uint32_t index) {
    return &stages[index];
}

static slipway_status configure(slipway_instance* self, const char* json) {
    (void)self, (void)json;
    return SLIPWAY_OK;
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** instance) {
    static slipway_instance truncated = {16, 0, NULL, configure, NULL, NULL, NULL};
    static slipway_instance incomplete = {sizeof incomplete, 0, NULL, configure, NULL, NULL, NULL};
    if (strcmp(id, "create-fails") == 0) {
        const slipway_diag diag = {sizeof diag,   SLIPWAY_ERROR, SLIPWAY_UNSUPPORTED, 0,
                                   "needs a GPU", NULL,          "buy one",           NULL};
        host->report(host, &diag);
        return SLIPWAY_UNSUPPORTED;
    }
    if (strcmp(id, "create-silent") == 0) return SLIPWAY_NOT_FOUND;
    if (strcmp(id, "create-waits") == 0) return SLIPWAY_WAITING;
    if (strcmp(id, "create-truncated") == 0) *instance = &truncated;
    if (strcmp(id, "create-incomplete") == 0) *instance = &incomplete;
    if (strcmp(id, "create-crashes") == 0) raise(SIGBUS);
    return SLIPWAY_OK;
}

static const slipway_plugin plugin = {sizeof plugin, SLIPWAY_ABI_MAJOR, 0, 0, NULL, 7, 0, stage, create,
                                      NULL};

const slipway_plugin* slipway_plugin_v1(void) {
    return &plugin;
}
