// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman-fetch: the packages of a release and their lock, from pacman repositories.
#include "schema.hpp"

#include <alpm.h>
#include <common/adapter.hpp>
#include <common/purl.hpp>
#include <database.hpp>
#include <lock.hpp>
#include <settings.hpp>
#include <slipway/stage.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/sendfile.h>
#include <trusted_sink.hpp>

namespace {

namespace json = slipway::support::json;
namespace fetch = slipway::pacman_fetch;
using slipway::support::Error;
using slipway::support::Result;

/// The other way than common::to_sdk: what the host answered inside a domain callback.
Error to_domain(slipway::error error) {
    Error out{slipway::support::kind_of_status(error.code), std::move(error.summary), std::move(error.hint)};
    if (!error.detail.empty()) out.trace.push_back(std::move(error.detail));
    return out;
}

Result<void> copy_file(const std::string& from, int to) {
    SLIPWAY_TRY_ASSIGN(const auto file, slipway::support::open_read(from));
    for (;;) {
        const ssize_t n = ::sendfile(to, file.get(), nullptr, std::size_t{1} << 30);
        if (n < 0 && errno != EINTR) return slipway::support::errno_error("copying '" + from + "'", errno);
        if (n == 0) return {};
    }
}

/// The stage's output port `packages`.
class PackagesPort final : public fetch::PackageSink {
public:
    explicit PackagesPort(const slipway::context& context) : context_(context) {}

    bool stored(const fetch::Package& package) const override {
        return context_.stored(package.sha256.hex());
    }

    Result<bool> adopt(const fetch::Package& package) override {
        auto adopted = context_.adopt("packages", package.filename, package.sha256.hex(), meta_of(package));
        if (!adopted) return to_domain(std::move(adopted.error()));
        return adopted.value();
    }

    Result<void> publish(const fetch::Package& package, const std::string& path,
                         const std::string&) override {
        auto moved = context_.move("packages", package.filename, path, meta_of(package));
        if (!moved) return to_domain(std::move(moved.error()));
        if (moved.value()) return {};
        auto output = context_.create_output("packages", package.filename);
        if (!output) return to_domain(std::move(output.error()));
        SLIPWAY_TRY(copy_file(path, output.value().fd()));
        if (auto done = output.value().commit(meta_of(package)); !done)
            return to_domain(std::move(done.error()));
        return {};
    }

private:
    static std::string meta_of(const fetch::Package& package) {
        return json::dump(json::Object{
            {"type", "application/x-alpm-package"},
            {"sha256", package.sha256.hex()},
            {"annotations", json::Object{{"name", package.name},
                                         {"version", package.version},
                                         {"repository", package.repository},
                                         {"purl", slipway::common::alpm_purl(package.name, package.version,
                                                                             package.architecture)}}}});
    }

    const slipway::context& context_;
};

/// Servers may stand in any file that the configuration includes, which is the mirror list as a rule. The
/// programs are GnuPG's.
constexpr const char* capabilities = R"({
  "network": true,
  "exec": ["gpg", "gpgconf", "gpgsm", "gpg-agent", "gpg-connect-agent", "keyboxd", "/usr/lib/gnupg"],
  "read": ["/etc/pacman.d/mirrorlist"]
})";

class PacmanFetch final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "pacman-fetch",
        .version = "0.2.0",
        .summary = "resolve targets as pacman does and fetch their packages",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_IDEMPOTENT,
        .config_schema = ::config_schema,
        .ports = ::ports,
        .capabilities = capabilities,
    };

    slipway::result<void> configure(std::string_view options_json) override;
    slipway::result<slipway::outcome> run(slipway::context& context) override;

private:
    slipway::result<fetch::Lock> resolve(const slipway::context& context, fetch::Downloader& downloader,
                                         const std::string& home);
    slipway::result<fetch::Lock> read_locked(const slipway::context& context);
    slipway::result<void> fetch_all(const slipway::context& context, fetch::Downloader& downloader,
                                    fetch::TrustPlan trust, fetch::Lock& lock, bool locked);

    fetch::Settings settings_;
};

slipway::result<void> PacmanFetch::configure(std::string_view options_json) {
    SLIPWAY_SDK_TRY_ASSIGN(const auto options, slipway::common::parse_options(options_json));
    std::string pointer;
    auto settings = fetch::read_settings(options, pointer);
    if (!settings) return slipway::common::to_sdk(std::move(settings).error(), pointer);
    settings_ = std::move(settings).value();
    return {};
}

/// The databases' answer to the targets.
slipway::result<fetch::Lock> PacmanFetch::resolve(const slipway::context& context,
                                                  fetch::Downloader& downloader, const std::string& home) {
    const auto cancelled = [&] { return context.cancelled(); };
    const std::string folder = context.work_dir() + "/pacman";
    SLIPWAY_SDK_TRY_ASSIGN(
        auto databases, fetch::fetch_databases(downloader, {cancelled},
                                               {settings_.repositories, settings_.architecture(), folder,
                                                fetch::DatabaseCache(context.cache_dir() + "/databases")}));
    fetch::ResolverSettings wanted = settings_.resolver;
    wanted.keyring = home;
    SLIPWAY_SDK_TRY_ASSIGN(auto resolver, fetch::Resolver::open(folder, wanted, databases));
    auto resolved = resolver.resolve(settings_.targets);
    for (const std::string& warning : resolver.warnings())
        context.warn(warning);
    if (!resolved) {
        const bool about_targets = resolved.error().kind != slipway::support::Kind::verify;
        return slipway::common::to_sdk(std::move(resolved).error(), about_targets ? "/install" : "");
    }
    fetch::Lock lock;
    lock.databases = std::move(databases);
    for (fetch::Package& package : resolved.value())
        lock.packages.push_back({std::move(package), ""});
    return lock;
}

slipway::result<fetch::Lock> PacmanFetch::read_locked(const slipway::context& context) {
    SLIPWAY_SDK_TRY_ASSIGN(const std::string text, slipway::common::read_input(context, "locked"));
    SLIPWAY_SDK_TRY_ASSIGN(auto lock, fetch::parse_lock(text));
    return lock;
}

/// Every package of `lock`, onto the port. Fills in signatures and keys, or compares them if they are
/// `locked`.
slipway::result<void> PacmanFetch::fetch_all(const slipway::context& context, fetch::Downloader& downloader,
                                             fetch::TrustPlan trust, fetch::Lock& lock, bool locked) {
    const auto cancelled = [&] { return context.cancelled(); };
    fetch::FetchPlan plan{
        {}, settings_.repositories, settings_.architecture(), context.cache_dir() + "/partial"};
    for (const fetch::LockedPackage& one : lock.packages)
        plan.packages.push_back(one.package);
    PackagesPort port(context);
    fetch::TrustedSink sink(port, std::move(trust));
    SLIPWAY_SDK_TRY(sink.fetch_signatures(downloader, {cancelled}, plan));
    const auto progress = [&](std::uint64_t done, std::uint64_t total) {
        context.progress(done, total, "bytes");
    };
    const fetch::FetchHooks hooks{cancelled, progress, [&](const std::string& why) { context.info(why); }};
    SLIPWAY_SDK_TRY_ASSIGN(const auto count, fetch::fetch_packages(downloader, plan, hooks, sink));
    for (fetch::LockedPackage& one : lock.packages) {
        if (locked) SLIPWAY_SDK_TRY(fetch::check_key(one, sink.key_of(one.package)));
        one.key = sink.key_of(one.package);
        one.package.signature = sink.signature_of(one.package);
    }
    context.info(std::to_string(lock.packages.size()) + " packages: " + std::to_string(count.stored)
                 + " from the store, " + std::to_string(count.downloaded) + " downloaded ("
                 + slipway::support::human_bytes(count.downloaded_bytes) + ")");
    return {};
}

slipway::result<slipway::outcome> PacmanFetch::run(slipway::context& context) {
    for (const std::string& warning : settings_.warnings)
        context.warn(warning);
    fetch::TrustPlan trust{
        {"", slipway::support::Digest::of("")}, settings_.valid_at_build, context.cache_dir() + "/trust", {}};
    for (const fetch::Repository& repository : settings_.repositories)
        trust.siglevels[repository.name] = repository.siglevel;
    if (!settings_.keyring.empty()) {
        SLIPWAY_SDK_TRY_ASSIGN(trust.keyring,
                               fetch::make_keyring(settings_.keyring, context.work_dir() + "/gnupg",
                                                   context.cache_dir() + "/keyrings"));
    }
    const fetch::Lock now =
        fetch::start_lock(settings_, settings_.keyring.empty() ? "" : trust.keyring.digest.hex());
    SLIPWAY_SDK_TRY_ASSIGN(const auto downloader, fetch::Downloader::create(settings_.downloads));
    const bool locked = context.input_count("locked") > 0;
    SLIPWAY_SDK_TRY_ASSIGN(fetch::Lock lock,
                           locked ? read_locked(context) : resolve(context, *downloader, trust.keyring.home));
    if (locked) {
        SLIPWAY_SDK_TRY(fetch::check_same(lock, now));
    } else {
        auto databases = std::move(lock.databases);
        auto packages = std::move(lock.packages);
        lock = now;
        lock.databases = std::move(databases);
        lock.packages = std::move(packages);
    }
    SLIPWAY_SDK_TRY(fetch_all(context, *downloader, std::move(trust), lock, locked));
    SLIPWAY_SDK_TRY(
        slipway::common::write_output(context, "lock", "lock.json", fetch::lock_text(lock),
                                      json::Object{{"type", "application/vnd.slipway.lock.v1+json"}}));
    return slipway::outcome::done;
}

} // namespace

SLIPWAY_EXPORT_PLUGIN("pacman-fetch 0.2.0", PacmanFetch)
