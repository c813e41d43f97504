// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the host says to a worker: each line of the input is a message, one that has a member "fd" comes with
// a descriptor. Whatever the plugin calls meanwhile gets an answer that makes sense.
#include "input.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <worker/host_api.hpp>

#include <thread>

using namespace slipway;
namespace json = support::json;

namespace {

void say(int socket, const json::Value& message) {
    const support::UniqueFd fd(message.find("fd") != nullptr ? ::open("/dev/null", O_RDONLY | O_CLOEXEC)
                                                             : -1);
    const std::string frame = worker::encode_frame(message, static_cast<bool>(fd));
    for (std::string_view rest = frame; !rest.empty();) {
        const auto sent = worker::send_some(socket, rest, rest.size() == frame.size() ? fd.get() : -1);
        if (!sent || sent.value() == 0) return;
        rest.remove_prefix(sent.value());
    }
}

/// The host: to each call it says the next messages of the input, up to a reply; and when all are said, that
/// it is well.
void answer(worker::Channel& far, std::vector<json::Value> messages) {
    std::size_t next = 0;
    for (;;) {
        const auto call = far.receive();
        if (!call) return;
        const std::string& kind = call.value().body["t"].as_string();
        if (kind == "log" || kind == "diag" || kind == "progress") continue;
        bool replied = false;
        while (!replied && next < messages.size()) {
            say(far.fd(), messages[next]);
            replied = messages[next++]["t"].as_string() == "reply";
        }
        if (!replied) say(far.fd(), json::Object{{"t", "reply"}, {"status", 0}, {"fd", true}});
    }
}

/// All that a plugin can ask for.
void call_all(const slipway_host* host) {
    const auto fits = [](slipway_status status) {
        fuzz::require(status <= SLIPWAY_OK && status > SLIPWAY_CRASHED);
    };
    const auto opened = [&](slipway_status status,
                            const int& fd) { // a reference: the call sets it first or last
        fits(status);
        if (status == SLIPWAY_OK) fuzz::require(fd >= 0);
        if (fd >= 0) ::close(fd);
    };
    int fd = -1;
    opened(host->input_open(host, "in", 0, &fd), fd);
    fd = -1;
    opened(host->output_create(host, "out", "name", &fd), fd);
    fits(host->output_commit(host, "out", nullptr));
    const char* text = nullptr;
    const slipway_status secret = host->secret_get(host, "TOKEN", &text);
    fits(secret);
    if (secret == SLIPWAY_OK) fuzz::require(text != nullptr);
    for (std::uint32_t i = 0; i < host->input_count(host, "in"); ++i)
        fuzz::require(host->input_meta(host, "in", i, &text) == SLIPWAY_OK && json::parse(text));
    const auto* store =
        static_cast<const slipway_host_store_1*>(host->get_extension(host, SLIPWAY_EXT_STORE_1));
    fits(store->contains(host, "00"));
    fits(store->adopt(host, "out", "name", "00", "{}"));
    fits(store->move(host, "out", "name", "/x", nullptr));
    const auto* effects =
        static_cast<const slipway_host_effect_1*>(host->get_extension(host, SLIPWAY_EXT_EFFECT_1));
    const slipway_effect_1 effect{sizeof effect, SLIPWAY_EFFECT_DONE, "kind", "target", "summary", nullptr};
    fits(effects->declare(host, &effect));
    host->progress(host, 1, 2, "bytes");
    host->log(host, 1, "line");
    (void)host->cancelled(host);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    int fds[2] = {-1, -1};
    fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    worker::Channel far{support::UniqueFd(fds[0])};
    worker::Job job;
    std::vector<json::Value> messages;
    for (const std::string& line : support::split(std::string(fuzz::text_of(data, size)), '\n')) {
        auto message = json::parse(line);
        if (!message || !message.value().is_object()) continue;
        if (message.value()["t"].as_string() == "run") job = worker::parse_job(message.value());
        messages.push_back(std::move(message).value());
    }
    std::thread host([&] { answer(far, std::move(messages)); });
    {
        worker::Channel channel{support::UniqueFd(fds[1])};
        worker::HostApi api(channel, job, nullptr);
        call_all(api.abi());
        api.finish();
    }
    host.join();
    return 0;
}
