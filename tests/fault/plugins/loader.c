// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plugin that is right in everything but what it is compiled with: one definition, one refusal of the
// loader. Without any definition it is a good plugin with one stage type that can be described.
#include <signal.h>
#include <slipway/stage.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef ABI_MAJOR
#define ABI_MAJOR SLIPWAY_ABI_MAJOR
#endif
#ifndef MIN_HOST_MINOR
#define MIN_HOST_MINOR 0
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(slipway_plugin)
#endif
#ifndef DESC_SIZE
#define DESC_SIZE sizeof(slipway_stage_desc)
#endif
#ifndef FLAGS
#define FLAGS SLIPWAY_DETERMINISTIC
#endif
#ifndef ID
#define ID "fine"
#endif
#ifndef SUMMARY
#define SUMMARY "does nothing"
#endif
#ifndef SCHEMA
#define SCHEMA "{\"type\": \"object\", \"additionalProperties\": false}"
#endif
#ifndef PORTS
#define PORTS "{\"outputs\": [{\"name\": \"out\", \"type\": \"text/plain\"}]}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{}"
#endif
#ifndef STAGE_COUNT
#define STAGE_COUNT 1
#endif

#ifdef UNDEFINED_SYMBOL
void nobody_defines_this(void);
#endif
#ifdef MISSING_LIBRARY
int gone(void);
#endif

#ifdef IN_CONSTRUCTOR
__attribute__((constructor)) static void constructor(void) {
    IN_CONSTRUCTOR;
}
#endif

static const slipway_stage_desc description = {DESC_SIZE,          FLAGS,  ID,    "1.0.0",     SUMMARY,
                                               "GPL-3.0-or-later", SCHEMA, PORTS, CAPABILITIES};

static const slipway_stage_desc* stage(uint32_t index) {
    (void)index;
#ifdef STAGE_IS_NULL
    return NULL;
#elif defined IN_STAGE
    IN_STAGE;
#endif
    return &description;
}

static slipway_status create(const slipway_host* host, const char* id, slipway_instance** instance) {
    (void)host, (void)id, (void)instance;
#ifdef UNDEFINED_SYMBOL
    nobody_defines_this();
#endif
#ifdef MISSING_LIBRARY
    return gone();
#endif
    return SLIPWAY_NOT_FOUND;
}

static const slipway_plugin plugin = {PLUGIN_SIZE, ABI_MAJOR, 0,     MIN_HOST_MINOR, "loader test",
                                      STAGE_COUNT, 0,         stage, create,         NULL};

#ifdef NO_ENTRY
const slipway_plugin* slipway_plugin_v0(void) {
    return &plugin;
}
#else
const slipway_plugin* slipway_plugin_v1(void) {
#ifdef ENTRY_IS_NULL
    return NULL;
#elif defined IN_ENTRY
    IN_ENTRY;
#endif
    return &plugin;
}
#endif
