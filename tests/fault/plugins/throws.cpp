// SPDX-License-Identifier: GPL-3.0-or-later
//
// A plugin that lets C++ exceptions cross the boundary, in whichever function its stage type names.
#include <slipway/stage.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

namespace {

constexpr slipway_stage_desc stage_of(const char* id) {
    return {sizeof(slipway_stage_desc), 0,    id,  "1.0.0", "throws an exception", "MIT",
            R"({"type": "object"})",    "{}", "{}"};
}

const slipway_stage_desc stages[] = {stage_of("throws-create"), stage_of("throws-configure"),
                                     stage_of("throws-run"), stage_of("throws-run-int"),
                                     stage_of("throws-destroy")};

std::string where; // the stage type that was created

void throw_in(const char* function) {
    if (where == std::string("throws-") + function) throw std::runtime_error("disk on fire");
}

slipway_status configure(slipway_instance*, const char*) {
    throw_in("configure");
    return SLIPWAY_OK;
}

slipway_status run(slipway_instance*, const slipway_job*) {
    throw_in("run");
    if (where == "throws-run-int") throw 42;
    return SLIPWAY_OK;
}

void destroy(slipway_instance*) {
    throw_in("destroy");
}

slipway_instance instance{sizeof(slipway_instance), 0, nullptr, configure, run, nullptr, destroy};

slipway_status create(const slipway_host*, const char* id, slipway_instance** made) {
    where = id;
    throw_in("create");
    *made = &instance;
    return SLIPWAY_OK;
}

const slipway_stage_desc* stage(uint32_t index) {
    return &stages[index];
}

const slipway_plugin plugin{sizeof plugin, SLIPWAY_ABI_MAJOR, 0, 0, nullptr, 5, 0, stage, create, nullptr};

} // namespace

extern "C" const slipway_plugin* slipway_plugin_v1(void) {
    return &plugin;
}
