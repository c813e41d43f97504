// SPDX-License-Identifier: MIT
//
// The C++20 layer over stage.h: RAII handles, slipway::result<T>, a stage base class and one macro
// that exports the plugin. Header-only; what crosses the boundary is stage.h and nothing else.
//
//     struct Greet final : slipway::stage {
//         static constexpr slipway::stage_info info{.id = "greet", .version = "1.0.0", ...};
//         slipway::result<void> configure(std::string_view options) override;
//         slipway::result<slipway::outcome> run(slipway::context& context) override;
//     };
//     SLIPWAY_EXPORT_PLUGIN("greet 1.0.0", Greet)
#pragma once

#include <slipway/stage.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

// Everything here is compiled into the plugin and must stay there: two plugins built with different
// versions of this header may live in one process.
#pragma GCC visibility push(hidden)

namespace slipway {

/// Why a stage failed. `code` is a SLIPWAY_... status below zero.
struct error {
    slipway_status code = SLIPWAY_INTERNAL;
    std::string summary;          ///< one line: subject, cause; empty: the host has told it already
    std::string hint = {};        ///< what to do; may be empty
    std::string detail = {};      ///< more lines; may be empty
    std::string config_path = {}; ///< JSON pointer into the options; may be empty
};

/// A value or an error. Test it before use: value() of a failed result is undefined.
template <class T>
class [[nodiscard]] result {
public:
    result(T v) : state_(std::in_place_index<0>, std::move(v)) {}

    result(slipway::error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }

    T& value() & { return *std::get_if<0>(&state_); }

    const T& value() const& { return *std::get_if<0>(&state_); }

    T value() && { return std::move(*std::get_if<0>(&state_)); }

    slipway::error& error() { return *std::get_if<1>(&state_); }

    const slipway::error& error() const { return *std::get_if<1>(&state_); }

private:
    std::variant<T, slipway::error> state_;
};

template <>
class [[nodiscard]] result<void> {
public:
    result() = default;

    result(slipway::error error) : error_(std::move(error)) {}

    explicit operator bool() const noexcept { return !error_; }

    slipway::error& error() { return *error_; }

    const slipway::error& error() const { return *error_; }

private:
    std::optional<slipway::error> error_;
};

/// How a successful run() ended: finished, or parked until the world has moved on (SLIPWAY_WAITING).
enum class outcome { done, waiting };

/// Owns a file descriptor.
class unique_fd {
public:
    unique_fd() = default;

    explicit unique_fd(int fd) noexcept : fd_(fd) {}

    unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    unique_fd& operator=(unique_fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }

    ~unique_fd() { reset(); }

    int get() const noexcept { return fd_; }

    int release() noexcept { return std::exchange(fd_, -1); }

    void reset() noexcept {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_ = -1;
};

class context;

/// An artifact being made. Write to fd(), then commit(); dropped without commit(), it is discarded.
class output {
public:
    int fd() const noexcept { return fd_.get(); }

    /// Write all of `bytes`; SLIPWAY_IO or SLIPWAY_RESOURCE with errno's text on failure.
    result<void> write(std::string_view bytes);

    /// Close and publish. `meta_json`: see slipway_host::output_commit; empty for none.
    result<void> commit(const std::string& meta_json = {});

private:
    friend class context;

    output(const slipway_host* host, std::string port, int fd)
        : host_(host), port_(std::move(port)), fd_(fd) {}

    const slipway_host* host_;
    std::string port_;
    unique_fd fd_;
};

/// What a running stage can ask of the host. Lives for one run(). Thread rules: those of stage.h.
class context {
public:
    context(const slipway_host* host, const slipway_job* job) : host_(host), job_(job) {}

    const slipway_host* host() const noexcept { return host_; }

    bool dry_run() const noexcept { return (job_->flags & SLIPWAY_JOB_DRY_RUN) != 0; }

    unsigned attempt() const noexcept { return job_->attempt; }

    const char* run_id() const noexcept { return job_->run_id; }

    const char* stage_id() const noexcept { return job_->stage; }

    /// The stage's cell of the chain's matrix, as a JSON object.
    const char* variant_json() const noexcept { return job_->variant; }

    /// {"name": ..., "version": ...} of the chain.
    const char* chain_json() const noexcept { return job_->chain; }

    void log(int level, const std::string& message) const { host_->log(host_, level, message.c_str()); }

    void info(const std::string& message) const { log(SLIPWAY_INFO, message); }

    void warn(const std::string& message) const { log(SLIPWAY_WARNING, message); }

    /// A finding that is no failure of the stage; severity SLIPWAY_INFO or SLIPWAY_WARNING. The last one
    /// tells what outcome::waiting waits for.
    void report(int severity, const std::string& summary, const std::string& hint = {}) const;

    /// Tell when a credential ends (RFC 3339, UTC: "2026-12-01T10:00:00Z"); `config_path`: the option that
    /// names it.
    void expires(const std::string& config_path, const std::string& time) const;

    bool cancelled() const { return host_->cancelled(host_) != 0; }

    void progress(std::uint64_t done, std::uint64_t total, const char* unit) const {
        host_->progress(host_, done, total, unit);
    }

    std::int64_t epoch() const { return host_->epoch(host_); }

    std::string work_dir() const { return host_->work_dir(host_); }

    std::string cache_dir() const { return host_->cache_dir(host_); }

    std::uint32_t input_count(const char* port) const { return host_->input_count(host_, port); }

    result<unique_fd> open_input(const char* port, std::uint32_t index = 0) const;

    /// The description of an input, as JSON text (see slipway_host::input_meta).
    result<std::string> input_meta(const char* port, std::uint32_t index = 0) const;

    result<output> create_output(const char* port, const std::string& name) const;

    /// Does the store hold this artifact? Then adopt() will find it.
    bool stored(const std::string& sha256) const;

    /// Publish what the store already holds; false if it does not.
    result<bool> adopt(const char* port, const std::string& name, const std::string& sha256,
                       const std::string& meta_json = {}) const;

    /// Publish a file below the work or cache folder by moving it; false if that cannot be done.
    result<bool> move(const char* port, const std::string& name, const std::string& path,
                      const std::string& meta_json = {}) const;

    /// The secret's value; valid until run() returns.
    result<std::string_view> secret(const std::string& name) const;

    /// Declare an effect; state: SLIPWAY_EFFECT_...
    result<void> effect(int state, const std::string& kind, const std::string& target,
                        const std::string& summary, const std::string& detail = {}) const;

private:
    const slipway_host_store_1* store() const {
        return static_cast<const slipway_host_store_1*>(host_->get_extension(host_, SLIPWAY_EXT_STORE_1));
    }

    const slipway_host* host_;
    const slipway_job* job_;
};

/// Base of a stage written in C++. A derived class also has `static constexpr stage_info info`.
class stage {
public:
    virtual ~stage() = default;

    /// Takes the options: JSON text of an object that satisfies info.config_schema.
    virtual result<void> configure(std::string_view options_json) = 0;

    virtual result<outcome> run(context& context) = 0;
};

/// The constants of a stage type; fields as in slipway_stage_desc.
struct stage_info {
    const char* id;
    const char* version;
    const char* summary;
    const char* license;
    std::uint32_t flags = 0;
    const char* config_schema = R"({"type": "object", "additionalProperties": false})";
    const char* ports = "{}";
    const char* capabilities = "{}";
};

namespace detail {

inline slipway_diag to_diag(const error& e) {
    const auto text = [](const std::string& s) { return s.empty() ? nullptr : s.c_str(); };
    slipway_diag diag{};
    diag.struct_size = sizeof diag;
    diag.severity = SLIPWAY_ERROR;
    diag.code = e.code;
    diag.summary = e.summary.c_str();
    diag.detail = text(e.detail);
    diag.hint = text(e.hint);
    diag.config_path = text(e.config_path);
    return diag;
}

inline slipway_status fail(const slipway_host* host, const error& e) {
    if (e.summary.empty()) return e.code;
    const slipway_diag diag = to_diag(e);
    host->report(host, &diag);
    return e.code;
}

inline slipway_status fail_plain(const slipway_host* host, slipway_status code, const char* what) noexcept {
    slipway_diag diag{};
    diag.struct_size = sizeof diag;
    diag.severity = SLIPWAY_ERROR;
    diag.code = code;
    diag.summary = what;
    host->report(host, &diag);
    return code;
}

/// Runs `body` so that no exception gets out. bad_alloc is SLIPWAY_RESOURCE, the rest a bug.
template <class Body>
slipway_status contain(const slipway_host* host, Body&& body) noexcept {
    try {
        return std::forward<Body>(body)();
    } catch (const std::bad_alloc&) {
        return fail_plain(host, SLIPWAY_RESOURCE, "out of memory");
    } catch (const std::exception& e) {
        char text[512];
        (void)std::snprintf(text, sizeof text, "uncaught exception: %s", e.what());
        return fail_plain(host, SLIPWAY_INTERNAL, text);
    } catch (...) {
        return fail_plain(host, SLIPWAY_INTERNAL, "uncaught exception of unknown type");
    }
}

struct instance {
    slipway_instance abi;
    const slipway_host* host;
    std::unique_ptr<stage> body;
};

inline slipway_status configure(slipway_instance* self, const char* options) noexcept {
    auto& it = *static_cast<instance*>(self->data);
    return contain(it.host, [&]() -> slipway_status {
        auto done = it.body->configure(options);
        return done ? SLIPWAY_OK : fail(it.host, done.error());
    });
}

inline slipway_status run(slipway_instance* self, const slipway_job* job) noexcept {
    auto& it = *static_cast<instance*>(self->data);
    return contain(it.host, [&]() -> slipway_status {
        context ctx(it.host, job);
        auto done = it.body->run(ctx);
        if (!done) return fail(it.host, done.error());
        return done.value() == outcome::waiting ? SLIPWAY_WAITING : SLIPWAY_OK;
    });
}

inline void destroy(slipway_instance* self) noexcept {
    delete static_cast<instance*>(self->data);
}

template <class Stage>
slipway_status create(const slipway_host* host, slipway_instance** out) noexcept {
    return contain(host, [&]() -> slipway_status {
        auto it = std::make_unique<instance>();
        it->abi = {sizeof(slipway_instance), 0, it.get(), &configure, &run, nullptr, &destroy};
        it->host = host;
        it->body = std::make_unique<Stage>();
        *out = &it.release()->abi;
        return SLIPWAY_OK;
    });
}

constexpr slipway_stage_desc to_desc(const stage_info& i) {
    return {sizeof(slipway_stage_desc),
            i.flags,
            i.id,
            i.version,
            i.summary,
            i.license,
            i.config_schema,
            i.ports,
            i.capabilities};
}

/// The plugin that offers `Stages`. All constant data: no mutable inline statics, which gcc would
/// share between plugins.
template <class... Stages>
struct exported {
    static constexpr slipway_stage_desc descs[] = {to_desc(Stages::info)...};

    static const slipway_stage_desc* stage(std::uint32_t index) noexcept {
        return index < sizeof...(Stages) ? &descs[index] : nullptr;
    }

    static slipway_status create(const slipway_host* host, const char* id, slipway_instance** out) noexcept {
        slipway_status status = SLIPWAY_NOT_FOUND;
        (void)((std::strcmp(Stages::info.id, id) == 0 && (status = detail::create<Stages>(host, out), true))
               || ...);
        return status;
    }

    static constexpr slipway_plugin plugin(const char* build_info) {
        return {sizeof(slipway_plugin),
                SLIPWAY_ABI_MAJOR,
                SLIPWAY_ABI_MINOR,
                0,
                build_info,
                sizeof...(Stages),
                0,
                &stage,
                &create,
                nullptr};
    }
};

} // namespace detail

inline result<void> output::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return error{errno == ENOSPC || errno == EDQUOT ? SLIPWAY_RESOURCE : SLIPWAY_IO,
                         "writing output '" + port_ + "': " + std::strerror(errno)};
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

inline result<void> output::commit(const std::string& meta_json) {
    fd_.reset();
    const auto status =
        host_->output_commit(host_, port_.c_str(), meta_json.empty() ? nullptr : meta_json.c_str());
    if (status != SLIPWAY_OK) return error{status, {}};
    return {};
}

inline void context::report(int severity, const std::string& summary, const std::string& hint) const {
    const error text{SLIPWAY_OK, summary, hint}; // outlives the diagnostic, which only points into it
    slipway_diag diag = detail::to_diag(text);
    diag.severity = severity;
    host_->report(host_, &diag);
}

inline void context::expires(const std::string& config_path, const std::string& time) const {
    error text{SLIPWAY_OK, "the secret of '" + config_path + "' expires " + time};
    text.detail = "expires=" + time;
    text.config_path = config_path;
    slipway_diag diag = detail::to_diag(text);
    diag.severity = SLIPWAY_INFO;
    host_->report(host_, &diag);
}

inline result<unique_fd> context::open_input(const char* port, std::uint32_t index) const {
    int fd = -1;
    const auto status = host_->input_open(host_, port, index, &fd);
    if (status != SLIPWAY_OK) return error{status, {}};
    return unique_fd(fd);
}

inline result<std::string> context::input_meta(const char* port, std::uint32_t index) const {
    const char* json = nullptr;
    const auto status = host_->input_meta(host_, port, index, &json);
    if (status != SLIPWAY_OK) return error{status, {}};
    return std::string(json);
}

inline result<output> context::create_output(const char* port, const std::string& name) const {
    int fd = -1;
    const auto status = host_->output_create(host_, port, name.c_str(), &fd);
    if (status != SLIPWAY_OK) return error{status, {}};
    return output(host_, port, fd);
}

inline bool context::stored(const std::string& sha256) const {
    return store() != nullptr && store()->contains(host_, sha256.c_str()) == SLIPWAY_OK;
}

inline result<bool> context::adopt(const char* port, const std::string& name, const std::string& sha256,
                                   const std::string& meta_json) const {
    if (store() == nullptr) return false;
    const auto status = store()->adopt(host_, port, name.c_str(), sha256.c_str(),
                                       meta_json.empty() ? nullptr : meta_json.c_str());
    if (status == SLIPWAY_NOT_FOUND) return false;
    if (status != SLIPWAY_OK) return error{status, {}};
    return true;
}

inline result<bool> context::move(const char* port, const std::string& name, const std::string& path,
                                  const std::string& meta_json) const {
    if (store() == nullptr) return false;
    const auto status = store()->move(host_, port, name.c_str(), path.c_str(),
                                      meta_json.empty() ? nullptr : meta_json.c_str());
    if (status == SLIPWAY_UNSUPPORTED) return false;
    if (status != SLIPWAY_OK) return error{status, {}};
    return true;
}

inline result<std::string_view> context::secret(const std::string& name) const {
    const char* value = nullptr;
    const auto status = host_->secret_get(host_, name.c_str(), &value);
    if (status != SLIPWAY_OK) return error{status, {}};
    return std::string_view(value);
}

inline result<void> context::effect(int state, const std::string& kind, const std::string& target,
                                    const std::string& summary, const std::string& detail) const {
    const auto* effects =
        static_cast<const slipway_host_effect_1*>(host_->get_extension(host_, SLIPWAY_EXT_EFFECT_1));
    if (effects == nullptr) return {};
    const slipway_effect_1 effect{
        sizeof(slipway_effect_1), state,           kind.c_str(),
        target.c_str(),           summary.c_str(), detail.empty() ? nullptr : detail.c_str()};
    const auto status = effects->declare(host_, &effect);
    if (status != SLIPWAY_OK) return error{status, {}};
    return {};
}

} // namespace slipway

#pragma GCC visibility pop

/// Exports the plugin: build information (text) and the stage classes it offers. Use once, at namespace
/// scope, in one source file.
#define SLIPWAY_EXPORT_PLUGIN(build_info, ...)                                                               \
    extern "C" SLIPWAY_EXPORT const slipway_plugin* slipway_plugin_v1(void) {                                \
        static constexpr slipway_plugin plugin = slipway::detail::exported<__VA_ARGS__>::plugin(build_info); \
        return &plugin;                                                                                      \
    }
