// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a worker says to the host, which must not believe it: a plugin has run in there. Each line of the
// input is the text of a frame; after a line "raw" the rest goes over the wire as it is.
//
// The thread that serves a stage under `isolation: none` is replaced by one that says the input.
#include "input.hpp"
#include "stage_job.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <worker/channel.hpp>
#include <worker/worker_main.hpp>

#include <algorithm>
#include <cstring>

using namespace slipway;

namespace {

std::string input;

/// A frame of this text, if it is JSON or not.
std::string frame_of(const std::string& text) {
    std::string frame(8, '\0');
    const auto size = static_cast<std::uint32_t>(text.size());
    std::memcpy(frame.data(), &size, sizeof size);
    return frame + text;
}

std::string wire_bytes() {
    std::string bytes;
    for (std::size_t at = 0; at < input.size();) {
        const std::size_t end = std::min(input.find('\n', at), input.size());
        const std::string line = input.substr(at, end - at);
        at = std::min(end + 1, input.size());
        if (line == "raw") return bytes + input.substr(at);
        bytes += frame_of(line);
    }
    return bytes;
}

} // namespace

namespace slipway::worker {

void worker_main(pid_t) {
    std::abort();
}

void serve_in_process(support::UniqueFd socket) {
    const std::string bytes = wire_bytes();
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto sent = send_some(socket.get(), rest, -1);
        if (!sent) return;
        rest.remove_prefix(sent.value());
    }
    ::shutdown(socket.get(), SHUT_WR);
    std::string room(4096, '\0');
    while (::read(socket.get(), room.data(), room.size()) > 0) {
    }
}

} // namespace slipway::worker

namespace {

using namespace slipway::chain;

constexpr const char* described =
    R"json({"path": "/p.so", "stages": [{"id": "s", "version": "1.0.0", "flags": 4,
  "schema": "{}", "capabilities": {"exec": true}, "ports": {
    "inputs": [{"name": "in", "type": "text/plain"}],
    "outputs": [{"name": "one", "type": "text/plain"}, {"name": "many", "type": "*/*", "many": true},
                {"name": "pipe", "type": "text/plain", "stream": true}]}}]})json";

/// Folders and a store for the whole process, in memory where there is such a folder.
struct World {
    World() {
        std::string pattern =
            std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/fuzz-XXXXXX";
        fuzz::require(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        static const std::string remove = folder;
        std::atexit([] { (void)support::remove_tree(remove); });
        fuzz::require(support::make_dirs(folder + "/work") && support::make_dirs(folder + "/cache")
                      && support::write_file(folder + "/TOKEN", "canary-0123456789", 0600));
        store.emplace(store::Store::open(folder + "/store").value());
        catalog.add(plugin::parse_description(support::json::parse(described).value()).value());
        stage.plugin = catalog.find("s");
        stage.ports = stage.plugin->type.ports;
        stage.instance.key = "s";
        stage.secrets = {"TOKEN"};
        stage.timeout_s = 20;
    }

    std::string folder;
    std::optional<store::Store> store;
    Catalog catalog;
    PlannedStage stage;
    worker::Loop loop;
};

journal::OutputRecord stored_input(World& world) {
    auto draft = world.store->create();
    (void)support::write_all(draft.value().fd(), "input\n", "fuzz");
    const auto stored = world.store->commit(std::move(draft).value());
    return {"out", "in.txt", "text/plain", stored.value().digest.hex(), stored.value().size};
}

int sandboxes = 0; ///< that were told of in this run: only what is said before the plugin is loaded counts

void check_event(const Event& event) {
    sandboxes += event.kind == "sandbox" ? 1 : 0;
    fuzz::require(sandboxes <= 1);
    fuzz::require(support::printable_text(event.text) == event.text);
    fuzz::require((event.text + support::json::dump(event.data)).find("canary") == std::string::npos);
}

void check_outputs(const StageResult& result, const plugin::Ports& ports) {
    fuzz::require(result.status == SLIPWAY_OK || result.outputs.empty());
    for (const journal::OutputRecord& output : result.outputs) {
        const plugin::Port* port = ports.output(output.port);
        fuzz::require(port != nullptr && output.name.find('/') == std::string::npos);
        fuzz::require(port->many
                      || std::ranges::count(result.outputs, output.port, &journal::OutputRecord::port) == 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    static const journal::OutputRecord artifact = stored_input(world);
    input = fuzz::text_of(data, size);
    sandboxes = 0;
    if (input.find("canary") != std::string::npos) return 0; // whom would it be kept from?
    fuzz::require(static_cast<bool>(support::write_file(world.folder + "/work/made", "made\n")));
    Secrets secrets(SecretSources{{}, world.folder});
    JobContext context{world.loop,
                       *world.store,
                       secrets,
                       worker::Placement::thread,
                       check_event,
                       [](const Event& event) {
                           check_event(event);
                           return support::Result<void>();
                       },
                       [](const std::string&, const Progress&) {}};
    worker::Job order;
    order.work_dir = world.folder + "/work";
    order.cache_dir = world.folder + "/cache";
    std::unique_ptr<StageJob> job;
    job = std::make_unique<StageJob>(
        context, world.stage, std::move(order),
        std::map<std::string, std::vector<journal::OutputRecord>>{{"in", {artifact}}}, Streams{},
        [&](StageResult result) {
            check_outputs(result, world.stage.ports);
            world.loop.post([&] {
                job.reset();
                world.loop.stop();
            });
        });
    job->start();
    world.loop.run();
    return 0;
}
