// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <fake_host/fake_host.hpp>
#include <fcntl.h>
#include <support/fs.hpp>
#include <support/hash.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace slipway::test {

namespace json = support::json;

std::string Artifact::text() const {
    auto bytes = support::read_file(path, 1u << 30);
    return bytes ? std::move(bytes).value() : "unreadable: " + bytes.error().what;
}

struct Callbacks {
    static FakeHost& self(const slipway_host* host) { return *static_cast<FakeHost*>(host->host_data); }

    static const char* keep(FakeHost& h, std::string text) {
        return h.texts_.emplace_back(std::make_unique<std::string>(std::move(text)))->c_str();
    }

    static const void* get_extension(const slipway_host*, const char* id) {
        static const slipway_host_effect_1 effect{&declare};
        static const slipway_host_store_1 store{&contains, &adopt, &move};
        if (std::strcmp(id, SLIPWAY_EXT_EFFECT_1) == 0) return &effect;
        if (std::strcmp(id, SLIPWAY_EXT_STORE_1) == 0) return &store;
        return nullptr;
    }

    static void log(const slipway_host* host, int32_t, const char* message) {
        self(host).log.emplace_back(message);
    }

    static void report(const slipway_host* host, const slipway_diag* d) {
        const auto text = [](const char* s) { return std::string(s ? s : ""); };
        self(host).diagnostics.push_back(
            {d->severity, d->code, text(d->summary), text(d->detail), text(d->hint), text(d->config_path)});
    }

    static int32_t cancelled(const slipway_host* host) { return self(host).cancelled ? 1 : 0; }

    static void progress(const slipway_host*, uint64_t, uint64_t, const char*) {}

    static const Artifact* input(const slipway_host* host, const char* port, uint32_t index) {
        auto& inputs = self(host).inputs_;
        const auto it = inputs.find(port);
        return it != inputs.end() && index < it->second.size() ? &it->second[index] : nullptr;
    }

    static uint32_t input_count(const slipway_host* host, const char* port) {
        auto& inputs = self(host).inputs_;
        const auto it = inputs.find(port);
        return it == inputs.end() ? 0 : static_cast<uint32_t>(it->second.size());
    }

    static slipway_status input_open(const slipway_host* host, const char* port, uint32_t index, int* fd) {
        const Artifact* artifact = input(host, port, index);
        if (artifact == nullptr) return SLIPWAY_NOT_FOUND;
        *fd = ::open(artifact->path.c_str(), O_RDONLY | O_CLOEXEC);
        return *fd < 0 ? SLIPWAY_IO : SLIPWAY_OK;
    }

    static slipway_status input_meta(const slipway_host* host, const char* port, uint32_t index,
                                     const char** text) {
        const Artifact* artifact = input(host, port, index);
        if (artifact == nullptr) return SLIPWAY_NOT_FOUND;
        *text = keep(self(host), json::dump(artifact->meta));
        return SLIPWAY_OK;
    }

    static slipway_status output_create(const slipway_host* host, const char* port, const char* name,
                                        int* fd) {
        FakeHost& h = self(host);
        std::string path = h.folder_ + "/out-" + std::to_string(h.files_++);
        *fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        h.open_[port] = {name, std::move(path)};
        return *fd < 0 ? SLIPWAY_IO : SLIPWAY_OK;
    }

    static slipway_status publish(FakeHost& h, const char* port, const char* name, std::string path,
                                  const char* meta) {
        auto parsed = json::parse(meta ? meta : "{}");
        if (!parsed) return SLIPWAY_CONFIG;
        std::string type = parsed.value()["type"].as_string();
        h.outputs[port].push_back({name, std::move(type), std::move(path), std::move(parsed).value()});
        return SLIPWAY_OK;
    }

    static slipway_status output_commit(const slipway_host* host, const char* port, const char* meta) {
        FakeHost& h = self(host);
        const auto it = h.open_.find(port);
        if (it == h.open_.end()) return SLIPWAY_NOT_FOUND;
        const FakeHost::Open open = it->second;
        h.open_.erase(it);
        return publish(h, port, open.name.c_str(), open.path, meta);
    }

    static slipway_status contains(const slipway_host* host, const char* sha256) {
        return self(host).stored.contains(sha256) ? SLIPWAY_OK : SLIPWAY_NOT_FOUND;
    }

    static slipway_status adopt(const slipway_host* host, const char* port, const char* name,
                                const char* sha256, const char* meta) {
        FakeHost& h = self(host);
        const auto it = h.stored.find(sha256);
        return it == h.stored.end() ? SLIPWAY_NOT_FOUND : publish(h, port, name, it->second, meta);
    }

    static slipway_status move(const slipway_host* host, const char* port, const char* name, const char* path,
                               const char* meta) {
        FakeHost& h = self(host);
        std::string moved = h.folder_ + "/out-" + std::to_string(h.files_++);
        if (::rename(path, moved.c_str()) != 0)
            return errno == ENOENT ? SLIPWAY_NOT_FOUND : SLIPWAY_UNSUPPORTED;
        return publish(h, port, name, std::move(moved), meta);
    }

    static slipway_status secret_get(const slipway_host* host, const char* name, const char** value) {
        FakeHost& h = self(host);
        const auto it = h.secrets.find(name);
        if (it == h.secrets.end()) { // as the real host does: it tells of its own failures
            h.diagnostics.push_back(
                {SLIPWAY_ERROR, SLIPWAY_AUTH, "secret '" + std::string(name) + "' has no value", "", "", ""});
            return SLIPWAY_AUTH;
        }
        *value = it->second.c_str();
        return SLIPWAY_OK;
    }

    static slipway_status declare(const slipway_host* host, const slipway_effect_1* e) {
        self(host).effects.push_back({e->state, e->kind, e->target, e->summary, e->detail ? e->detail : ""});
        return SLIPWAY_OK;
    }

    static const char* work_dir(const slipway_host* host) { return self(host).work_.c_str(); }

    static const char* cache_dir(const slipway_host* host) { return self(host).cache_.c_str(); }

    static int64_t epoch(const slipway_host* host) { return self(host).epoch; }
};

namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "fake host: %s\n", why.c_str());
    std::abort();
}

} // namespace

FakeHost::FakeHost(const std::string& plugin, const std::string& stage_id) {
    std::string pattern = (std::filesystem::temp_directory_path() / "slipway-fake-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    work_ = folder_ + "/work";
    cache_ = folder_ + "/cache";
    if (!support::make_dirs(work_) || !support::make_dirs(cache_)) give_up("cannot make folders");
    abi_ = {sizeof(slipway_host),
            SLIPWAY_ABI_MAJOR,
            SLIPWAY_ABI_MINOR,
            0,
            this,
            "slipway",
            "0.0.0-test",
            &Callbacks::get_extension,
            &Callbacks::log,
            &Callbacks::report,
            &Callbacks::cancelled,
            &Callbacks::progress,
            &Callbacks::input_count,
            &Callbacks::input_open,
            &Callbacks::input_meta,
            &Callbacks::output_create,
            &Callbacks::output_commit,
            &Callbacks::secret_get,
            &Callbacks::work_dir,
            &Callbacks::cache_dir,
            &Callbacks::epoch};
    void* handle = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) give_up(::dlerror());
    const auto entry = reinterpret_cast<slipway_entry_fn>(::dlsym(handle, SLIPWAY_ENTRY_SYMBOL));
    if (entry == nullptr) give_up(::dlerror());
    if (entry()->create(&abi_, stage_id.c_str(), &instance_) != SLIPWAY_OK)
        give_up("no stage '" + stage_id + "'");
}

FakeHost::~FakeHost() {
    instance_->destroy(instance_);
    (void)support::remove_tree(folder_);
}

void FakeHost::add_input(const std::string& port, const std::string& name, const std::string& bytes,
                         const std::string& type, json::Value annotations) {
    const std::string path = folder_ + "/in-" + std::to_string(files_++) + "-" + name;
    if (!support::write_file(path, bytes)) give_up("cannot write " + path);
    add_input_file(port, path, type, std::move(annotations));
    inputs_[port].back().name = name;
    inputs_[port].back().meta.set("name", name);
}

void FakeHost::add_input_file(const std::string& port, const std::string& path, const std::string& type,
                              json::Value annotations) {
    const std::string name = std::filesystem::path(path).filename().string();
    auto digest = support::sha256_of_file(path);
    if (!digest) give_up(digest.error().what);
    json::Value meta = json::Object{};
    meta.set("name", name);
    meta.set("type", type);
    meta.set("size", static_cast<std::int64_t>(std::filesystem::file_size(path)));
    meta.set("sha256", digest.value().hex());
    meta.set("stage", "test");
    meta.set("variant", input_variant);
    meta.set("annotations", std::move(annotations));
    inputs_[port].push_back({name, type, path, std::move(meta)});
}

slipway_status FakeHost::configure(const std::string& options) {
    return instance_->configure(instance_, options.c_str());
}

slipway_status FakeHost::run(unsigned job_flags) {
    const slipway_job job{sizeof(slipway_job), job_flags,    attempt,         0,
                          "test-run",          "test-stage", variant.c_str(), chain.c_str()};
    return instance_->run(instance_, &job);
}

slipway_status FakeHost::execute(const std::string& options, unsigned job_flags) {
    const auto status = configure(options);
    return status == SLIPWAY_OK ? run(job_flags) : status;
}

std::string FakeHost::said() const {
    return diagnostics.empty() ? "" : diagnostics.back().summary;
}

} // namespace slipway::test
