// SPDX-License-Identifier: GPL-3.0-or-later
//
// new_host PLUGIN.so: the loader of a host, compiled by abi_test.py against a stage.h of a later minor
// version. Loads and describes the plugin, and makes an instance with that version's longer slipway_host.
#include <plugin/loader.hpp>

#include <cstdio>
#include <cstring>

namespace {

const void* no_extension(const slipway_host*, const char*) {
    return nullptr;
}

void log(const slipway_host*, std::int32_t, const char*) {}

void report(const slipway_host*, const slipway_diag*) {}

bool works(const slipway_plugin& plugin, const std::string& id) {
    slipway_host host{};
    host.struct_size = sizeof host;
    host.abi_major = SLIPWAY_ABI_MAJOR;
    host.abi_minor = SLIPWAY_ABI_MINOR;
    host.get_extension = &no_extension;
    host.log = &log;
    host.report = &report;
    slipway_instance* instance = nullptr;
    if (plugin.create(&host, id.c_str(), &instance) != SLIPWAY_OK) return false;
    const bool configured = instance->configure(instance, "{}") == SLIPWAY_OK;
    instance->destroy(instance);
    return configured;
}

} // namespace

int main(int, char** argv) {
    auto loaded = slipway::plugin::load(argv[1]);
    if (!loaded) return std::puts(loaded.error().message().c_str()), 1;
    auto description = slipway::plugin::describe(argv[1], *loaded.value());
    if (!description) return std::puts(description.error().message().c_str()), 1;
    for (const auto& type : description.value().stages) {
        std::printf("host 1.%u, plugin 1.%u: %s %s\n", SLIPWAY_ABI_MINOR, description.value().abi_minor,
                    type.id.c_str(), works(*loaded.value(), type.id) ? "works" : "fails");
        if (!works(*loaded.value(), type.id)) return 1;
    }
    return 0;
}
