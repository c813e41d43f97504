// SPDX-License-Identifier: GPL-3.0-or-later
#include <support/redactor.hpp>
#include <support/secret_bytes.hpp>
#include <support/text.hpp>
#include <unistd.h>
#include <worker/host_api.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>

namespace slipway::worker {

namespace json = support::json;
using Clock = std::chrono::steady_clock;

struct HostApi::Impl {
    Impl(Channel& wire, const Job& work, Enclosure* room) : channel(wire), job(work), enclosure(room) {
        for (const auto& [port, list, position] : job.inputs.as_object())
            for (const json::Value& description : list.as_array())
                descriptions[port].push_back(json::dump(description));
    }

    static Impl& of(const slipway_host* host) { return *static_cast<Impl*>(host->host_data); }

    // The host is gone: nothing this process does matters any more.
    [[noreturn]] static void orphaned() { ::_exit(orphaned_code); }

    void send(const json::Value& body) {
        const std::lock_guard lock(mutex);
        if (!channel.send(body)) orphaned();
    }

    /// Send a call and wait for its reply. A cancel may come in between.
    Message call(const json::Value& body) {
        if (json::dump(body).size() > max_worker_frame) {
            report_error(SLIPWAY_CONFIG,
                         "a call's texts are longer than " + support::human_bytes(max_worker_frame),
                         "what is that large belongs into an artifact");
            return {json::Object{{"status", SLIPWAY_CONFIG}}, {}};
        }
        const std::lock_guard lock(mutex);
        if (!channel.send(body)) orphaned();
        for (;;) {
            auto message = channel.receive();
            if (!message) orphaned();
            if (message.value().body["t"].as_string() == "reply") return std::move(message).value();
            cancel = true;
        }
    }

    void report_error(slipway_status code, const std::string& summary, const std::string& hint) {
        send(json::Object{{"t", "diag"},
                          {"severity", SLIPWAY_ERROR},
                          {"code", code},
                          {"summary", summary},
                          {"detail", ""},
                          {"hint", hint},
                          {"config_path", ""}});
    }

    slipway_status no_input(const char* port, std::uint32_t index) {
        report_error(SLIPWAY_NOT_FOUND,
                     "input port '" + support::printable(port) + "' has no artifact " + std::to_string(index),
                     "");
        return SLIPWAY_NOT_FOUND;
    }

    /// Whole: the host, which looks for secrets again, sees only what is left when a text has been cut.
    std::string without_secrets(const char* text) {
        const std::lock_guard lock(redactor_mutex);
        return redactor.redact(text == nullptr ? "" : text);
    }

    slipway_status take_secret(const std::string& name, const Message& reply) {
        auto value = support::SecretBytes::read(reply.fd.get(), "secret '" + name + "'");
        if (!value) {
            report_error(SLIPWAY_IO, value.error().what, value.error().hint);
            return SLIPWAY_IO;
        }
        const std::lock_guard lock(redactor_mutex);
        redactor.add(value.value().view(), name);
        secrets.emplace(name, std::move(value).value());
        return SLIPWAY_OK;
    }

    /// What no call can end with is told as the bug it is.
    static slipway_status status_of(const Message& reply) {
        const std::int64_t status = reply.body["status"].as_integer(SLIPWAY_INTERNAL);
        return status <= SLIPWAY_OK && status > SLIPWAY_CRASHED ? static_cast<slipway_status>(status)
                                                                : SLIPWAY_INTERNAL;
    }

    Channel& channel;
    const Job& job;
    Enclosure* const enclosure;
    std::mutex mutex; // the channel
    std::atomic<bool> cancel = false;
    std::map<std::string, std::vector<std::string>> descriptions;
    std::map<std::string, support::SecretBytes> secrets;
    std::mutex redactor_mutex;
    support::Redactor redactor; // of the secrets
    std::mutex progress_mutex;
    Clock::time_point last_progress{};
    json::Value held_progress;
    slipway_host abi{};
};

namespace {

constexpr auto progress_interval = std::chrono::milliseconds(100);

/// The longest text of a log line or a finding, and of an effect's detail, in bytes: longer ones are cut.
constexpr std::size_t longest_text = 32u << 10;
constexpr std::size_t longest_detail = 1u << 20;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

/// Text that must travel as JSON: a plugin's text may be no UTF-8.
std::string safe(const char* text) {
    std::string s = text_of(text);
    return support::is_valid_utf8(s) ? s : support::printable_text(s);
}

} // namespace

/// The functions of slipway_host, in the order of the struct's fields.
struct HostApi::Functions {
    using Data = HostApi::Impl;

    /// safe(), for texts that people read.
    static std::string cut(const slipway_host* host, const char* text, std::size_t longest = longest_text) {
        const std::string whole = Data::of(host).without_secrets(text);
        if (whole.size() <= longest) return safe(whole.c_str());
        std::size_t end = longest;
        while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xC0) == 0x80) // not inside a character
            --end;
        return safe(whole.substr(0, end).c_str()) + " ... (" + support::human_bytes(whole.size() - end)
               + " more)";
    }

    static const void* get_extension(const slipway_host* host, const char* id) {
        static constexpr slipway_host_effect_1 effect{&declare_effect};
        static constexpr slipway_host_store_1 store{&contains, &adopt, &move};
        if (std::strcmp(id, SLIPWAY_EXT_EFFECT_1) == 0) return &effect;
        if (std::strcmp(id, SLIPWAY_EXT_STORE_1) == 0) return &store;
        static constexpr slipway_host_enclosure_1 enclosure{&start_enclosed};
        if (std::strcmp(id, SLIPWAY_EXT_ENCLOSURE_1) == 0 && Data::of(host).enclosure != nullptr)
            return &enclosure;
        return nullptr;
    }

    static void log(const slipway_host* host, int32_t level, const char* message) {
        Data::of(host).send(json::Object{{"t", "log"}, {"level", level}, {"text", cut(host, message)}});
    }

    static void report(const slipway_host* host, const slipway_diag* d) {
        const auto field = [&](auto member) { return cut(host, member); };
        Data::of(host).send(
            json::Object{{"t", "diag"},
                         {"severity", d->severity},
                         {"code", d->code},
                         {"summary", field(d->summary)},
                         {"detail", SLIPWAY_HAS(d, detail) ? field(d->detail) : ""},
                         {"hint", SLIPWAY_HAS(d, hint) ? field(d->hint) : ""},
                         {"config_path", SLIPWAY_HAS(d, config_path) ? field(d->config_path) : ""}});
    }

    static int32_t cancelled(const slipway_host* host) {
        Data& it = Data::of(host);
        // Another thread in a call will see a cancel itself.
        if (!it.cancel && it.mutex.try_lock()) {
            auto message = it.channel.poll();
            it.mutex.unlock();
            if (!message) Data::orphaned();
            if (message.value()) it.cancel = true;
        }
        return it.cancel ? 1 : 0;
    }

    static void progress(const slipway_host* host, uint64_t done, uint64_t total, const char* unit) {
        Data& it = Data::of(host);
        json::Value message =
            json::Object{{"t", "progress"}, {"done", done}, {"total", total}, {"unit", cut(host, unit)}};
        {
            const std::lock_guard lock(it.progress_mutex);
            const auto now = Clock::now();
            if (now - it.last_progress < progress_interval) {
                it.held_progress = std::move(message);
                return;
            }
            it.last_progress = now;
            it.held_progress = nullptr;
        }
        it.send(message);
    }

    static uint32_t input_count(const slipway_host* host, const char* port) {
        const auto& all = Data::of(host).descriptions;
        const auto it = all.find(text_of(port));
        return it == all.end() ? 0 : static_cast<uint32_t>(it->second.size());
    }

    static slipway_status input_open(const slipway_host* host, const char* port, uint32_t index, int* fd) {
        return open_reply(host, json::Object{{"t", "input_open"}, {"port", safe(port)}, {"index", index}},
                          fd);
    }

    static slipway_status input_meta(const slipway_host* host, const char* port, uint32_t index,
                                     const char** text) {
        if (index >= input_count(host, port)) return Data::of(host).no_input(port, index);
        *text = Data::of(host).descriptions.at(port)[index].c_str();
        return SLIPWAY_OK;
    }

    static slipway_status output_create(const slipway_host* host, const char* port, const char* name,
                                        int* fd) {
        return open_reply(
            host, json::Object{{"t", "output_create"}, {"port", safe(port)}, {"name", safe(name)}}, fd);
    }

    static slipway_status open_reply(const slipway_host* host, const json::Value& call, int* fd) {
        Data& it = Data::of(host);
        Message reply = it.call(call);
        const slipway_status status = it.status_of(reply);
        if (status != SLIPWAY_OK) return status;
        if (!reply.fd) return SLIPWAY_INTERNAL;
        *fd = reply.fd.release();
        return SLIPWAY_OK;
    }

    static slipway_status simple_call(const slipway_host* host, const json::Value& call) {
        Data& it = Data::of(host);
        return it.status_of(it.call(call));
    }

    static slipway_status output_commit(const slipway_host* host, const char* port, const char* meta) {
        return simple_call(host,
                           json::Object{{"t", "output_commit"}, {"port", safe(port)}, {"meta", safe(meta)}});
    }

    static slipway_status contains(const slipway_host* host, const char* sha256) {
        return simple_call(host, json::Object{{"t", "contains"}, {"sha256", safe(sha256)}});
    }

    static slipway_status adopt(const slipway_host* host, const char* port, const char* name,
                                const char* sha256, const char* meta) {
        return simple_call(host, json::Object{{"t", "adopt"},
                                              {"port", safe(port)},
                                              {"name", safe(name)},
                                              {"sha256", safe(sha256)},
                                              {"meta", safe(meta)}});
    }

    static slipway_status move(const slipway_host* host, const char* port, const char* name, const char* path,
                               const char* meta) {
        return simple_call(host, json::Object{{"t", "move"},
                                              {"port", safe(port)},
                                              {"name", safe(name)},
                                              {"path", safe(path)},
                                              {"meta", safe(meta)}});
    }

    static slipway_status secret_get(const slipway_host* host, const char* name, const char** value) {
        Data& it = Data::of(host);
        const std::string key = safe(name);
        if (!it.secrets.contains(key)) {
            const Message reply = it.call(json::Object{{"t", "secret"}, {"name", key}});
            slipway_status status = it.status_of(reply);
            if (status == SLIPWAY_OK) status = it.take_secret(key, reply);
            if (status != SLIPWAY_OK) return status;
        }
        *value = it.secrets.at(key).c_str();
        return SLIPWAY_OK;
    }

    static slipway_status declare_effect(const slipway_host* host, const slipway_effect_1* e) {
        return simple_call(
            host,
            json::Object{{"t", "effect"},
                         {"state", e->state},
                         {"kind", safe(e->kind)},
                         {"target", cut(host, e->target)},
                         {"summary", cut(host, e->summary)},
                         {"detail", SLIPWAY_HAS(e, detail) ? cut(host, e->detail, longest_detail) : ""}});
    }

    static slipway_status start_enclosed(const slipway_host* host, const slipway_enclosed_1* p, int* end) {
        const auto words = [](const char* const* list) {
            std::vector<std::string> out;
            for (; *list != nullptr; ++list)
                out.emplace_back(*list);
            return out;
        };
        auto started = Data::of(host).enclosure->run(
            {p->root, words(p->arguments), words(p->environment), p->input, p->output});
        if (!started) {
            Data::of(host).report_error(static_cast<slipway_status>(started.error().kind),
                                        started.error().what, started.error().hint);
            return static_cast<slipway_status>(started.error().kind);
        }
        *end = started.value().release();
        return SLIPWAY_OK;
    }

    static const char* work_dir(const slipway_host* host) { return Data::of(host).job.work_dir.c_str(); }

    static const char* cache_dir(const slipway_host* host) { return Data::of(host).job.cache_dir.c_str(); }

    static int64_t epoch(const slipway_host* host) { return Data::of(host).job.epoch; }
};

HostApi::HostApi(Channel& channel, const Job& job, Enclosure* enclosure)
    : impl_(std::make_unique<Impl>(channel, job, enclosure)) {
    using F = Functions;
    impl_->abi = {sizeof(slipway_host),
                  SLIPWAY_ABI_MAJOR,
                  SLIPWAY_ABI_MINOR,
                  0,
                  impl_.get(),
                  "slipway",
                  job.host_version.c_str(),
                  &F::get_extension,
                  &F::log,
                  &F::report,
                  &F::cancelled,
                  &F::progress,
                  &F::input_count,
                  &F::input_open,
                  &F::input_meta,
                  &F::output_create,
                  &F::output_commit,
                  &F::secret_get,
                  &F::work_dir,
                  &F::cache_dir,
                  &F::epoch};
}

HostApi::~HostApi() = default;

const slipway_host* HostApi::abi() const {
    return &impl_->abi;
}

void HostApi::finish() {
    if (!impl_->held_progress.is_null()) impl_->send(impl_->held_progress);
    impl_->held_progress = nullptr;
    for (auto& [name, value] : impl_->secrets)
        value.wipe();
}

void HostApi::report_error(slipway_status code, const std::string& summary, const std::string& hint) {
    impl_->report_error(code, summary, hint);
}

} // namespace slipway::worker
