// SPDX-License-Identifier: GPL-3.0-or-later
//
// A second source file with the whole layer in it: everything there must be inline. Also the hand-made host.
#include "hand_made_host.hpp"

#include <slipway/stage.hpp>

#include <cstring>

namespace {

HandMadeHost& self(const slipway_host* host) {
    return *static_cast<HandMadeHost*>(host->host_data);
}

std::string shown(const char* text) {
    return text == nullptr ? "NULL" : text;
}

slipway_status declare(const slipway_host* host, const slipway_effect_1* e) {
    self(host).note("effect " + std::to_string(e->state) + " " + e->kind + " " + e->target + " " + e->summary
                    + " " + shown(e->detail));
    return self(host).answer;
}

slipway_status contains(const slipway_host* host, const char* sha256) {
    self(host).note(std::string("contains ") + sha256);
    return self(host).answer;
}

slipway_status adopt(const slipway_host* host, const char* port, const char* name, const char* sha256,
                     const char* meta) {
    self(host).note(std::string("adopt ") + port + " " + name + " " + sha256 + " " + shown(meta));
    return self(host).answer;
}

slipway_status move(const slipway_host* host, const char* port, const char* name, const char* path,
                    const char* meta) {
    self(host).note(std::string("move ") + port + " " + name + " " + path + " " + shown(meta));
    return self(host).answer;
}

const void* get_extension(const slipway_host* host, const char* id) {
    static constexpr slipway_host_effect_1 effect{&declare};
    static constexpr slipway_host_store_1 store{&contains, &adopt, &move};
    if (!self(host).has_extensions) return nullptr;
    if (std::strcmp(id, SLIPWAY_EXT_EFFECT_1) == 0) return &effect;
    return std::strcmp(id, SLIPWAY_EXT_STORE_1) == 0 ? &store : nullptr;
}

void report(const slipway_host* host, const slipway_diag* d) {
    self(host).diags.push_back(*d);
    self(host).note("report " + std::to_string(d->code) + " " + shown(d->summary) + " | " + shown(d->hint)
                    + " | " + shown(d->detail) + " | " + shown(d->config_path));
}

slipway_status give_fd(const slipway_host* host, std::string call, int* fd) {
    self(host).note(std::move(call));
    if (self(host).answer == SLIPWAY_OK) *fd = self(host).given_fd;
    return self(host).answer;
}

slipway_status give_text(const slipway_host* host, std::string call, const char** text) {
    self(host).note(std::move(call));
    if (self(host).answer == SLIPWAY_OK) *text = self(host).given_text.c_str();
    return self(host).answer;
}

} // namespace

HandMadeHost::HandMadeHost() {
    abi.struct_size = sizeof abi;
    abi.abi_major = SLIPWAY_ABI_MAJOR;
    abi.host_data = this;
    abi.get_extension = &get_extension;
    abi.report = &report;
    abi.log = [](const slipway_host* host, int32_t level, const char* message) {
        self(host).note("log " + std::to_string(level) + " " + message);
    };
    abi.cancelled = [](const slipway_host* host) { return self(host).cancel; };
    abi.progress = [](const slipway_host* host, uint64_t done, uint64_t total, const char* unit) {
        self(host).note("progress " + std::to_string(done) + "/" + std::to_string(total) + " " + unit);
    };
    abi.input_count = [](const slipway_host*, const char* port) {
        return std::strcmp(port, "in") == 0 ? 2u : 0u;
    };
    abi.input_open = [](const slipway_host* host, const char* port, uint32_t index, int* fd) {
        return give_fd(host, std::string("input_open ") + port + " " + std::to_string(index), fd);
    };
    abi.input_meta = [](const slipway_host* host, const char* port, uint32_t index, const char** text) {
        return give_text(host, std::string("input_meta ") + port + " " + std::to_string(index), text);
    };
    abi.output_create = [](const slipway_host* host, const char* port, const char* name, int* fd) {
        return give_fd(host, std::string("output_create ") + port + " " + name, fd);
    };
    abi.output_commit = [](const slipway_host* host, const char* port, const char* meta) {
        self(host).note(std::string("output_commit ") + port + " " + shown(meta));
        return self(host).answer;
    };
    abi.secret_get = [](const slipway_host* host, const char* name, const char** value) {
        return give_text(host, std::string("secret_get ") + name, value);
    };
    abi.work_dir = [](const slipway_host*) { return "/work-dir"; };
    abi.cache_dir = [](const slipway_host*) { return "/cache-dir"; };
    abi.epoch = [](const slipway_host*) { return int64_t{1793836800}; };
}

const slipway_plugin* plugin_from_second_unit() {
    return slipway_plugin_v1();
}
