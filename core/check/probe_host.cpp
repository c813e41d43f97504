// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe_host.hpp"

#include "guarded.hpp"
#include "observer.hpp"
#include "pipes.hpp"

#include <fcntl.h>
#include <support/fs.hpp>
#include <support/hash.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace slipway::check {

namespace json = support::json;
using support::UniqueFd;

namespace {

UniqueFd move_to(UniqueFd fd, int first) {
    UniqueFd high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, first));
    return high ? std::move(high) : std::move(fd);
}

bool is_open_here(const std::string& path) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failed))
        if (std::filesystem::read_symlink(entry.path(), failed) == path) return true;
    return false;
}

std::int64_t milliseconds_since(std::chrono::steady_clock::time_point begin) {
    const auto passed = std::chrono::steady_clock::now() - begin;
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

std::string quoted(const char* text) {
    return text == nullptr ? "NULL" : "'" + support::printable(text) + "'";
}

} // namespace

struct ProbeHost::Output {
    std::string name, path;
    std::jthread drain; ///< of a pipe
};

struct ProbeHost::Calls {
    static ProbeHost& self(const slipway_host* host) { return *static_cast<ProbeHost*>(host->host_data); }

    static const void* get_extension(const slipway_host* host, const char* id) {
        static constexpr slipway_host_effect_1 effect{&declare};
        static constexpr slipway_host_store_1 store{&contains, &adopt, &move};
        self(host).check_text("the id in get_extension()", id);
        if (id == nullptr || !self(host).settings_.extensions) return nullptr;
        if (std::strcmp(id, SLIPWAY_EXT_EFFECT_1) == 0) return &effect;
        if (std::strcmp(id, SLIPWAY_EXT_STORE_1) == 0) return &store;
        return nullptr;
    }

    static void log(const slipway_host* host, int32_t level, const char* message) {
        self(host).check_text("a log line", message);
        if (level < SLIPWAY_DEBUG || level > SLIPWAY_ERROR)
            self(host).breach("calls.texts", "log() with level " + std::to_string(level));
    }

    static void report(const slipway_host* host, const slipway_diag* d) {
        ProbeHost& it = self(host);
        if (d == nullptr || !SLIPWAY_HAS(d, summary))
            return it.breach("calls.texts", "report() of a struct without a summary: set struct_size");
        it.check_text("a report's summary", d->summary);
        const auto text = [&](const char* what, const char* value) {
            if (value != nullptr) it.check_text(what, value);
            return std::string(value == nullptr ? "" : support::printable(value));
        };
        if (d->severity < SLIPWAY_DEBUG || d->severity > SLIPWAY_ERROR)
            it.breach("calls.texts", "report() with severity " + std::to_string(d->severity));
        if (d->code > SLIPWAY_OK || d->code <= SLIPWAY_CRASHED)
            it.breach("calls.texts", "report() with code " + std::to_string(d->code));
        const std::string summary = d->summary == nullptr ? "" : d->summary;
        if (summary.empty() || summary.find('\n') != std::string::npos || summary.ends_with('.'))
            it.breach("calls.style", "report() with the summary " + quoted(d->summary));
        json::Value entry =
            json::Object{{"severity", d->severity},
                         {"code", d->code},
                         {"summary", support::printable(summary)},
                         {"hint", SLIPWAY_HAS(d, hint) ? text("a hint", d->hint) : ""},
                         {"config_path", SLIPWAY_HAS(d, config_path) ? text("a path", d->config_path) : ""}};
        if (SLIPWAY_HAS(d, detail)) (void)text("a detail", d->detail);
        const std::lock_guard lock(it.mutex_);
        it.reports_.push_back(std::move(entry));
    }

    static int32_t cancelled(const slipway_host* host) {
        ProbeHost& it = self(host);
        if (++it.asked_ == it.settings_.cancel_question) it.cancelled_ = true;
        if (!it.cancelled_) return 0;
        if (!it.told_.exchange(true)) it.told_ms_ = milliseconds_since(it.begin_);
        return 1;
    }

    static void progress(const slipway_host* host, uint64_t done, uint64_t total, const char* unit) {
        self(host).check_text("a unit in progress()", unit);
        if (total != 0 && done > total)
            self(host).breach("calls.texts", "progress() with " + std::to_string(done) + " of "
                                                 + std::to_string(total) + " done");
    }

    static const std::vector<PlacedInput>* inputs(ProbeHost& it, const char* port) {
        it.check_text("a port's name", port);
        if (port == nullptr || it.scratch_ == nullptr || !it.settings_.inputs) return nullptr;
        const auto found = it.scratch_->inputs().find(port);
        return found == it.scratch_->inputs().end() ? nullptr : &found->second;
    }

    static uint32_t input_count(const slipway_host* host, const char* port) {
        self(host).check_run("input_count()");
        const auto* list = inputs(self(host), port);
        return list == nullptr ? 0 : static_cast<uint32_t>(list->size());
    }

    static slipway_status input_open(const slipway_host* host, const char* port, uint32_t index, int* fd) {
        ProbeHost& it = self(host);
        const std::string call = "input_open(" + quoted(port) + ", " + std::to_string(index) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        const auto* list = inputs(it, port);
        if (list == nullptr || index >= list->size())
            return it.note_call(call, it.report_own(SLIPWAY_NOT_FOUND, call + ": no such input"));
        const std::string& path = (*list)[index].path;
        if (it.settings_.pipes && !it.facts_.type.has(SLIPWAY_SEEKABLE_INPUTS)) {
            *fd = move_to(pipe_from(path), first_input_fd).release();
            return it.note_call(call, *fd < 0 ? it.report_own(SLIPWAY_IO, call + ": cannot make a pipe")
                                              : SLIPWAY_OK);
        }
        auto file = support::open_read(path);
        if (!file) return it.note_call(call, it.report_own(SLIPWAY_IO, file.error().what));
        *fd = move_to(std::move(file).value(), first_input_fd).release();
        return it.note_call(call, SLIPWAY_OK);
    }

    static slipway_status input_meta(const slipway_host* host, const char* port, uint32_t index,
                                     const char** text) {
        ProbeHost& it = self(host);
        const std::string call = "input_meta(" + quoted(port) + ", " + std::to_string(index) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        const auto* list = inputs(it, port);
        if (list == nullptr || index >= list->size())
            return it.note_call(call, it.report_own(SLIPWAY_NOT_FOUND, call + ": no such input"));
        json::Value description = (*list)[index].description;
        if (it.settings_.pipes && !it.facts_.type.has(SLIPWAY_SEEKABLE_INPUTS)) {
            description.remove("size");
            description.remove("sha256");
        }
        *text = it.texts_.emplace_back(std::make_unique<std::string>(json::dump(description)))->c_str();
        return it.note_call(call, SLIPWAY_OK);
    }

    static slipway_status output_create(const slipway_host* host, const char* port, const char* name,
                                        int* fd) {
        ProbeHost& it = self(host);
        const std::string call = "output_create(" + quoted(port) + ", " + quoted(name) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        const plugin::Port* known = port == nullptr ? nullptr : it.facts_.ports.output(port);
        if (known == nullptr || it.scratch_ == nullptr)
            return it.note_call(call, it.report_own(SLIPWAY_NOT_FOUND, call + ": no such output port"));
        const std::string file = name == nullptr ? "" : name;
        if (file.empty() || file.size() > 255 || file.find('/') != std::string::npos || file == "."
            || file == "..")
            return it.note_call(call, it.report_own(SLIPWAY_CONFIG, call + ": no such name can be"));
        if (!known->many && !it.outputs_[port].as_array().empty())
            return it.note_call(call,
                                it.report_own(SLIPWAY_CONFLICT, call + ": the port takes one artifact"));
        *fd = it.begin_output(port, file, known->stream).release();
        return it.note_call(call,
                            *fd < 0 ? it.report_own(SLIPWAY_IO, call + ": cannot make a file") : SLIPWAY_OK);
    }

    static slipway_status output_commit(const slipway_host* host, const char* port, const char* meta) {
        ProbeHost& it = self(host);
        const std::string call = "output_commit(" + quoted(port) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        const auto open = it.open_.find(port == nullptr ? "" : port);
        if (open == it.open_.end())
            return it.note_call(call, it.report_own(SLIPWAY_NOT_FOUND, call + ": no artifact is open"));
        const std::unique_ptr<Output> output = std::move(open->second);
        it.open_.erase(open);
        if (output->drain.joinable()) output->drain.join();
        if (is_open_here(output->path))
            return it.note_call(call, it.report_own(SLIPWAY_CONFLICT, call + ": still open for writing"));
        return it.note_call(call, publish(it, call, port, output->name, output->path, meta));
    }

    static slipway_status publish(ProbeHost& it, const std::string& call, const std::string& port,
                                  const std::string& name, const std::string& path, const char* meta) {
        if (meta != nullptr) it.check_text("an artifact's description", meta);
        auto parsed = json::parse(meta == nullptr ? "{}" : meta);
        if (!parsed || !parsed.value().is_object())
            return it.report_own(SLIPWAY_CONFIG, call + ": its description is no JSON object");
        const plugin::Port& known = *it.facts_.ports.output(port);
        std::string type = parsed.value()["type"].as_string();
        if (type.empty() && known.types.size() == 1) type = known.types.front();
        const bool declared = std::ranges::any_of(
            known.types, [&](const std::string& pattern) { return plugin::type_matches(pattern, type); });
        if (!declared || type.find('*') != std::string::npos)
            return it.report_own(SLIPWAY_CONFIG,
                                 call + ": the port does not declare the type '" + type + "'");
        auto digest = support::sha256_of_file(path);
        if (!digest) return it.report_own(SLIPWAY_IO, digest.error().what);
        const std::string& claimed = parsed.value()["sha256"].as_string();
        if (!claimed.empty() && claimed != digest.value().hex())
            return it.report_own(SLIPWAY_VERIFY, call + ": its sha256 is another one");
        json::Array list = it.outputs_[port].as_array();
        list.push_back(json::Object{{"name", name},
                                    {"type", type},
                                    {"sha256", digest.value().hex()},
                                    {"annotations", parsed.value()["annotations"]}});
        it.outputs_.set(port, std::move(list));
        return SLIPWAY_OK;
    }

    static slipway_status secret_get(const slipway_host* host, const char* name, const char** value) {
        ProbeHost& it = self(host);
        const std::string call = "secret_get(" + quoted(name) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        const std::string key = name == nullptr ? "" : name;
        if (std::ranges::find(it.facts_.secret_names, key) == it.facts_.secret_names.end())
            return it.note_call(call, it.report_own(SLIPWAY_DENIED, call + ": the options do not name it"));
        const auto found = it.facts_.secrets.find(key);
        if (found == it.facts_.secrets.end() || !it.settings_.secrets)
            return it.note_call(call, it.report_own(SLIPWAY_AUTH, call + ": it has no value"));
        *value = found->second.c_str();
        return it.note_call(call, SLIPWAY_OK);
    }

    static const char* work_dir(const slipway_host* host) { return self(host).work_.c_str(); }

    static const char* cache_dir(const slipway_host* host) { return self(host).cache_.c_str(); }

    static int64_t epoch(const slipway_host* host) { return self(host).facts_.epoch; }

    static slipway_status declare(const slipway_host* host, const slipway_effect_1* e) {
        ProbeHost& it = self(host);
        const std::string call = "declare() of an effect";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        for (const char* text : {e->kind, e->target, e->summary})
            it.check_text("an effect's text", text);
        if (!it.facts_.type.has(SLIPWAY_EXTERNAL_EFFECTS))
            return it.note_call(call, it.report_own(SLIPWAY_DENIED, call + ": the stage declares none"));
        if (it.settings_.dry_run && e->state != SLIPWAY_EFFECT_PLANNED)
            return it.note_call(call, it.report_own(SLIPWAY_DENIED, call + ": not planned, in a dry run"));
        const auto text = [](const char* t) { return support::printable(t == nullptr ? "" : t); };
        it.effects_.push_back(
            json::Object{{"state", e->state}, {"kind", text(e->kind)}, {"target", text(e->target)}});
        return it.note_call(call, SLIPWAY_OK);
    }

    static slipway_status contains(const slipway_host* host, const char* sha256) {
        self(host).check_run("contains()");
        self(host).check_text("a digest", sha256);
        return SLIPWAY_NOT_FOUND;
    }

    static slipway_status adopt(const slipway_host* host, const char*, const char*, const char*,
                                const char*) {
        self(host).check_run("adopt()");
        return SLIPWAY_NOT_FOUND;
    }

    static slipway_status move(const slipway_host* host, const char* port, const char* name, const char* path,
                               const char* meta) {
        ProbeHost& it = self(host);
        const std::string call = "move(" + quoted(port) + ", " + quoted(name) + ")";
        it.check_run(call);
        if (it.fails(call)) return it.note_call(call, it.settings_.fail_with);
        if (port == nullptr || path == nullptr || it.facts_.ports.output(port) == nullptr)
            return it.note_call(call, it.report_own(SLIPWAY_NOT_FOUND, call + ": no such output port"));
        std::error_code failed;
        const std::string moved = it.scratch_->artifacts() + "/moved-" + std::to_string(it.files_++);
        std::filesystem::rename(path, moved, failed);
        if (failed) return SLIPWAY_NOT_FOUND;
        return it.note_call(call, publish(it, call, port, name == nullptr ? "" : name, moved, meta));
    }
};

ProbeHost::ProbeHost(const HostSettings& settings, const StageFacts& facts, const Scratch* scratch)
    : settings_(settings), facts_(facts), scratch_(scratch), work_(scratch ? scratch->work() : "/"),
      cache_(scratch ? scratch->cache() : "/"), thread_(::gettid()) {
    using C = Calls;
    slipway_host host{sizeof(slipway_host),
                      SLIPWAY_ABI_MAJOR,
                      SLIPWAY_ABI_MINOR,
                      0,
                      this,
                      "slipway",
                      "0.0.0-check",
                      &C::get_extension,
                      &C::log,
                      &C::report,
                      &C::cancelled,
                      &C::progress,
                      &C::input_count,
                      &C::input_open,
                      &C::input_meta,
                      &C::output_create,
                      &C::output_commit,
                      &C::secret_get,
                      &C::work_dir,
                      &C::cache_dir,
                      &C::epoch};
    constexpr std::size_t more = 64;
    if (settings.shape == Shape::shorter) host.struct_size = offsetof(slipway_host, log);
    if (settings.shape == Shape::longer) {
        host.struct_size += more;
        host.abi_minor += 99;
    }
    const bool padded = settings.shape == Shape::usual || settings.shape == Shape::longer;
    abi_ = static_cast<const slipway_host*>(
        padded ? lengthened_copy(&host, sizeof host, more)
               : guarded_copy(&host, std::min<std::size_t>(host.struct_size, sizeof host)));
}

ProbeHost::~ProbeHost() {
    // Threads that feed or drain pipes end with the process.
    for (auto& [port, output] : open_)
        if (output->drain.joinable()) output->drain.detach();
}

void ProbeHost::enter(const char* phase) {
    phase_ = phase;
    begin_ = std::chrono::steady_clock::now();
    if (phase_ != "run" || settings_.cancel_at < 0) return;
    if (settings_.cancel_at == 0) {
        cancelled_ = true;
        return;
    }
    canceller_ = std::jthread([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds(settings_.cancel_at));
        cancelled_ = true;
    });
}

void ProbeHost::breach(const char* rule, const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (breaches_.size() < 20)
        breaches_.push_back(json::Object{{"rule", rule}, {"what", what + " in " + phase_ + "()"}});
}

void ProbeHost::check_text(const char* what, const char* text) {
    if (text == nullptr) breach("calls.texts", std::string(what) + " is NULL");
    if (text != nullptr && !support::is_valid_utf8(text))
        breach("calls.texts", std::string(what) + " is not UTF-8: " + quoted(text));
}

void ProbeHost::check_run(const std::string& call) {
    if (phase_ != "run") breach("calls.phase", call);
    if (::gettid() != thread_) breach("calls.thread", call + " on another thread");
}

slipway_status ProbeHost::report_own(slipway_status status, const std::string& what) {
    const std::lock_guard lock(mutex_);
    reports_.push_back(json::Object{{"severity", SLIPWAY_ERROR},
                                    {"code", status},
                                    {"summary", what},
                                    {"hint", ""},
                                    {"config_path", ""},
                                    {"host", true}});
    return status;
}

slipway_status ProbeHost::note_call(const std::string& call, slipway_status status) {
    const std::lock_guard lock(mutex_);
    if (calls_.size() < 10000) calls_.push_back(json::Object{{"call", call}, {"status", status}});
    return status;
}

bool ProbeHost::fails(const std::string& call) {
    if (++fallible_ != settings_.fail_call) return false;
    failed_call_ = call;
    (void)report_own(settings_.fail_with, call + ": failed on purpose");
    return true;
}

UniqueFd ProbeHost::begin_output(const std::string& port, const std::string& name, bool stream) {
    auto output = std::make_unique<Output>();
    output->name = name;
    output->path = scratch_->artifacts() + "/out-" + std::to_string(files_++);
    UniqueFd file(::open(output->path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (stream && settings_.pipes && file) {
        PipeInto pipe = pipe_into(std::move(file));
        output->drain = std::move(pipe.drain);
        file = std::move(pipe.write);
    }
    open_[port] = std::move(output);
    return move_to(std::move(file), first_output_fd);
}

json::Value ProbeHost::record() {
    const std::lock_guard lock(mutex_);
    return json::Object{{"calls", calls_},      {"reports", reports_},        {"breaches", breaches_},
                        {"outputs", outputs_},  {"effects", effects_},        {"asked", asked_.load()},
                        {"told", told_.load()}, {"told_ms", told_ms_.load()}, {"failed_call", failed_call_},
                        {"fallible", fallible_}};
}

} // namespace slipway::check
