// SPDX-License-Identifier: GPL-3.0-or-later
#include <plugin/loader.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>
#include <unistd.h>
#include <worker/enclosure.hpp>
#include <worker/host_api.hpp>
#include <worker/protocol.hpp>
#include <worker/sandbox.hpp>
#include <worker/serve.hpp>
#include <worker/user_namespace.hpp>

#include <exception>

namespace slipway::worker {

namespace json = support::json;
using support::Result;

namespace {

json::Value diag_of(const support::Error& error) {
    return json::Object{{"t", "diag"},
                        {"severity", SLIPWAY_ERROR},
                        {"code", static_cast<int>(error.kind)},
                        {"summary", error.what},
                        {"detail", ""},
                        {"hint", error.hint},
                        {"config_path", ""}};
}

// A failed send means that the host is gone, or that the plugin closed the channel.
void tell(Channel& channel, const json::Value& message) {
    if (!channel.send(message)) ::_exit(orphaned_code);
}

void phase(Channel& channel, const char* name) {
    tell(channel, json::Object{{"t", "phase"}, {"phase", name}});
}

void tell_level(Channel& channel, const char* name, const SandboxLevel& level) {
    tell(channel, json::Object{{"t", "sandbox"},
                               {"level", name},
                               {"reached", json::Array(level.reached.begin(), level.reached.end())},
                               {"missing", json::Array(level.missing.begin(), level.missing.end())}});
}

/// Where a worker stands: how it is kept from the rest of the machine.
struct Place {
    Isolation isolation;
    SandboxMode mode;
    int watch;

    bool open() const { return isolation == Isolation::none || mode == SandboxMode::off; }
};

Result<void> sandbox(Channel& channel, const Place& place, const SandboxPolicy& policy) {
    if (place.open()) {
        if (place.isolation == Isolation::sandboxed) ::close(report_fd);
        tell_level(channel, "none", {});
        if (place.mode != SandboxMode::required) return {};
        return support::Error{support::Kind::unsupported, "there is no sandbox in a thread of the host",
                              "run it without --isolation none, or with --sandbox best-effort"};
    }
    if (place.mode == SandboxMode::learn) {
        tell_level(channel, only_watch(policy, place.watch) ? "watched" : "none", {});
        return {};
    }
    const SandboxLevel level = enter_sandbox(policy, place.watch);
    tell_level(channel, level.name(), level);
    if (place.mode != SandboxMode::required || level.missing.empty()) return {};
    return support::Error{support::Kind::unsupported,
                          "the sandbox is not complete: " + support::join(level.missing, "; "),
                          "run it where all of it can be had, or with --sandbox best-effort"};
}

void describe(Channel& channel, const Place& place, const std::string& path) {
    SandboxPolicy policy;
    policy.plugin = path;
    (void)sandbox(channel, place, policy);
    phase(channel, "load");
    auto plugin = plugin::load(path);
    if (!plugin) return tell(channel, diag_of(plugin.error()));
    phase(channel, "describe");
    auto description = plugin::describe(path, *plugin.value());
    if (!description) return tell(channel, diag_of(description.error()));
    tell(channel, json::Object{{"t", "described"}, {"description", plugin::to_json(description.value())}});
}

/// Call a function of the plugin. An exception that comes out of it, and a status it may not return (CRASHED
/// and TIMEOUT are the host's alone, only run() may wait), is a bug of the plugin's.
template <class Function>
slipway_status call(HostApi& api, const std::string& name, Function function) {
    std::string bug, hint = "no exception may cross the plugin boundary";
    try {
        const slipway_status status = function();
        const bool may_wait = name == "run";
        if ((status <= SLIPWAY_OK && status > SLIPWAY_CRASHED) || (status == SLIPWAY_WAITING && may_wait))
            return status;
        bug = "returned " + std::to_string(status);
        hint = "see the status codes in stage.h";
    } catch (const std::exception& e) {
        bug = std::string("threw an exception: ") + e.what();
    } catch (...) {
        bug = "threw an exception of unknown type";
    }
    api.report_error(SLIPWAY_INTERNAL, name + "() " + support::printable(bug), hint);
    return SLIPWAY_INTERNAL;
}

slipway_status run_instance(Channel& channel, const Job& job, HostApi& api, const slipway_plugin& plugin) {
    phase(channel, "create");
    slipway_instance* instance = nullptr;
    slipway_status status =
        call(api, "create", [&] { return plugin.create(api.abi(), job.stage_id.c_str(), &instance); });
    if (status != SLIPWAY_OK) return status;
    if (instance == nullptr || !SLIPWAY_HAS(instance, destroy) || instance->configure == nullptr
        || instance->run == nullptr || instance->destroy == nullptr) {
        api.report_error(SLIPWAY_INTERNAL, "create() gave an incomplete slipway_instance",
                         "set struct_size, configure, run and destroy");
        return SLIPWAY_INTERNAL;
    }
    phase(channel, "configure");
    status = call(api, "configure", [&] { return instance->configure(instance, job.options.c_str()); });
    if (status == SLIPWAY_OK) {
        phase(channel, "run");
        const slipway_job abi_job{
            sizeof(slipway_job), job.flags,         job.attempt,         0,
            job.run_id.c_str(),  job.stage.c_str(), job.variant.c_str(), job.chain.c_str()};
        status = call(api, "run", [&] { return instance->run(instance, &abi_job); });
    }
    api.finish();
    phase(channel, "destroy");
    const slipway_status destroyed = call(api, "destroy", [&] {
        instance->destroy(instance);
        return SLIPWAY_OK;
    });
    return status == SLIPWAY_OK ? destroyed : status;
}

Result<std::unique_ptr<Enclosure>> become_root_over(const std::string& work_dir) {
    SLIPWAY_TRY(become_root());
    return Enclosure::start(work_dir);
}

/// To learn what it needs nothing is taken for granted but what every stage has.
plugin::Capabilities least(const plugin::Capabilities& declared) {
    plugin::Capabilities out;
    out.root = declared.root;
    return out;
}

SandboxPolicy policy_of(const Place& place, const Job& job, const plugin::Capabilities& capabilities) {
    const bool learns = place.mode == SandboxMode::learn;
    SandboxPolicy policy{learns ? least(capabilities) : capabilities, {}, {}, job.plugin, job.work_dir};
    if (!learns) {
        policy.read_paths = job.read_paths;
        policy.write_paths = job.write_paths;
    }
    policy.write_paths.push_back(job.work_dir);
    policy.write_paths.push_back(job.cache_dir);
    return policy;
}

/// What was checked may not be what is there now.
Result<const slipway_plugin*> load_pinned(const Job& job) {
    if (!job.plugin_sha256.empty()) {
        SLIPWAY_TRY_ASSIGN(const support::Digest digest, support::sha256_of_file(job.plugin));
        if (digest.hex() != job.plugin_sha256)
            return support::Error{support::Kind::verify,
                                  "plugin '" + job.plugin + "' has changed since it was checked: it is "
                                      + digest.hex() + ", not " + job.plugin_sha256,
                                  "somebody replaces it while it is used; run again when that is over"};
    }
    return plugin::load(job.plugin);
}

slipway_status run(Channel& channel, const Place& place, const Job& job) {
    auto capabilities = plugin::parse_capabilities(job.capabilities);
    if (!capabilities) {
        tell(channel, diag_of(capabilities.error()));
        return SLIPWAY_UNSUPPORTED;
    }
    if (place.isolation == Isolation::sandboxed && ::chdir(job.work_dir.c_str()) != 0) {
        tell(channel,
             diag_of(support::errno_error("entering the work folder '" + job.work_dir + "'", errno)));
        return SLIPWAY_IO;
    }
    std::unique_ptr<Enclosure> enclosure;
    if (capabilities.value().root && place.isolation == Isolation::sandboxed) {
        auto started = become_root_over(job.work_dir);
        if (!started) {
            tell(channel, diag_of(started.error()));
            return static_cast<slipway_status>(started.error().kind);
        }
        enclosure = std::move(started).value();
    }
    if (auto entered = sandbox(channel, place, policy_of(place, job, capabilities.value())); !entered) {
        tell(channel, diag_of(entered.error()));
        return SLIPWAY_UNSUPPORTED;
    }
    phase(channel, "load");
    auto plugin = load_pinned(job);
    if (!plugin) {
        tell(channel, diag_of(plugin.error()));
        return static_cast<slipway_status>(plugin.error().kind);
    }
    HostApi api(channel, job, enclosure.get());
    return run_instance(channel, job, api, *plugin.value());
}

} // namespace

void serve(Channel& channel, Isolation isolation, int watch) {
    auto order = channel.receive();
    if (!order) return;
    const json::Value& body = order.value().body;
    const Place place{
        isolation, parse_sandbox_mode(body["sandbox"].as_string()).value_or(SandboxMode::best_effort), watch};
    if (body["t"].as_string() == "describe") return describe(channel, place, body["plugin"].as_string());
    const slipway_status status = run(channel, place, parse_job(body));
    tell(channel, json::Object{{"t", "result"}, {"status", status}});
}

} // namespace slipway::worker
