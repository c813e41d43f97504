// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman-fetch: the packages of a release and their lock, from pacman repositories.
#include <common/adapter.hpp>
#include <database.hpp>
#include <lock.hpp>
#include <packages.hpp>
#include <slipway/stage.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>
#include <sys/sendfile.h>

#include <set>

namespace {

namespace json = slipway::support::json;
namespace fetch = slipway::pacman_fetch;
using slipway::support::Error;
using slipway::support::Result;

constexpr const char* config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "required": ["repositories", "install"],
  "properties": {
    "architecture": {
      "description": "the machine the packages are for; packages for \"any\" are taken too",
      "type": "string",
      "pattern": "^[a-z0-9_]+$",
      "default": "x86_64"
    },
    "repositories": {
      "description": "where packages come from, in order of preference",
      "type": "array",
      "minItems": 1,
      "items": {
        "description": "a repository and its servers",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "servers"],
        "properties": {
          "name": {
            "description": "the repository's name, which is its database's too: core for core.db",
            "type": "string",
            "minLength": 1
          },
          "servers": {
            "description": "URLs of the folder with the database and the packages, each tried when the one before failed; $repo and $arch stand for the repository's name and the architecture",
            "type": "array",
            "minItems": 1,
            "items": {
              "description": "file://, http:// or https://",
              "type": "string",
              "pattern": "^(file|https?)://.",
              "slipwayPath": "tree"
            }
          }
        }
      }
    },
    "jobs": {
      "description": "how many files are downloaded at the same time",
      "type": "integer",
      "minimum": 1,
      "maximum": 64,
      "default": 8
    },
    "proxy": {
      "description": "the proxy to use, as curl names it: http://host:3128, socks5h://host; the environment's variables are not read",
      "type": "string"
    },
    "no_proxy": {
      "description": "hosts that are reached without the proxy, separated by commas",
      "type": "string"
    },
    "netrc": {
      "description": "a file with user names and passwords for servers, as curl and ftp read it",
      "type": "string",
      "slipwayPath": "file"
    },
    "ca_file": {
      "description": "a PEM file with the certificates to trust instead of the system's",
      "type": "string",
      "slipwayPath": "file"
    },
    "install": {
      "description": "what to install, as `pacman -S` takes it: package, repository/package, group, or something that is provided, with a version (\"bash>=5\") or without",
      "type": "array",
      "minItems": 1,
      "items": { "description": "one target", "type": "string", "minLength": 1 }
    }
  }
})json";

constexpr const char* ports = R"json({
  "outputs": [
    {"name": "lock", "type": "application/vnd.slipway.lock.v1+json", "doc": "the exact package set"},
    {"name": "packages", "type": "application/x-alpm-package", "many": true, "doc": "the packages, in install order"}
  ]
})json";

std::vector<std::string> strings(const json::Value& array) {
    std::vector<std::string> all;
    for (const json::Value& one : array.as_array())
        all.push_back(one.as_string());
    return all;
}

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

    Result<void> publish(const fetch::Package& package, const std::string& path) override {
        auto output = context_.create_output("packages", package.filename);
        if (!output) return to_domain(std::move(output.error()));
        SLIPWAY_TRY(copy_file(path, output.value().fd()));
        if (auto done = output.value().commit(meta_of(package)); !done)
            return to_domain(std::move(done.error()));
        return {};
    }

private:
    static std::string meta_of(const fetch::Package& package) {
        return json::dump(json::Object{{"type", "application/x-alpm-package"},
                                       {"sha256", package.sha256.hex()},
                                       {"annotations", json::Object{{"name", package.name},
                                                                    {"version", package.version},
                                                                    {"repository", package.repository}}}});
    }

    const slipway::context& context_;
};

class PacmanFetch final : public slipway::stage {
public:
    static constexpr slipway::stage_info info{
        .id = "pacman-fetch",
        .version = "0.1.0",
        .summary = "resolve targets as pacman does and fetch their packages",
        .license = "GPL-3.0-or-later",
        .flags = SLIPWAY_IDEMPOTENT,
        .config_schema = ::config_schema,
        .ports = ::ports,
        .capabilities = R"({"network": true})",
    };

    slipway::result<void> configure(std::string_view options_json) override;
    slipway::result<slipway::outcome> run(slipway::context& context) override;

private:
    std::string architecture_;
    std::vector<fetch::Repository> repositories_;
    std::vector<std::string> targets_;
    fetch::Downloader::Settings downloads_;
};

slipway::result<void> PacmanFetch::configure(std::string_view options_json) {
    SLIPWAY_SDK_TRY_ASSIGN(const auto options, slipway::common::parse_options(options_json));
    architecture_ = options["architecture"].as_string();
    targets_ = strings(options["install"]);
    downloads_.parallel = static_cast<unsigned>(options["jobs"].as_integer(8));
    downloads_.network = {options["proxy"].as_string(), options["no_proxy"].as_string(),
                          options["netrc"].as_string(), options["ca_file"].as_string()};
    std::set<std::string> seen;
    for (const json::Value& one : options["repositories"].as_array()) {
        fetch::Repository repository{one["name"].as_string(), strings(one["servers"])};
        const std::string pointer = "/repositories/" + std::to_string(repositories_.size()) + "/name";
        if (auto checked = fetch::check_repository_name(repository.name); !checked)
            return slipway::common::to_sdk(std::move(checked).error(), pointer);
        if (!seen.insert(repository.name).second)
            return slipway::error{SLIPWAY_CONFIG,
                                  "repository '" + repository.name + "': named twice",
                                  "list all its servers in one place",
                                  {},
                                  pointer};
        repositories_.push_back(std::move(repository));
    }
    return {};
}

slipway::result<slipway::outcome> PacmanFetch::run(slipway::context& context) {
    const auto cancelled = [&] { return context.cancelled(); };
    const std::string folder = context.work_dir() + "/pacman";
    SLIPWAY_SDK_TRY_ASSIGN(const auto downloader, fetch::Downloader::create(downloads_));
    SLIPWAY_SDK_TRY_ASSIGN(
        const auto databases,
        fetch::fetch_databases(*downloader, {cancelled},
                               {repositories_, architecture_, folder,
                                fetch::DatabaseCache(context.cache_dir() + "/databases")}));
    SLIPWAY_SDK_TRY_ASSIGN(auto resolver, fetch::Resolver::open(folder, architecture_, databases));
    auto resolved = resolver.resolve(targets_);
    for (const std::string& warning : resolver.warnings())
        context.warn(warning);
    if (!resolved) {
        const bool about_targets = resolved.error().kind != slipway::support::Kind::verify;
        return slipway::common::to_sdk(std::move(resolved).error(), about_targets ? "/install" : "");
    }
    const auto& packages = resolved.value();
    const auto lock = fetch::lock_text(architecture_, targets_, databases, packages);
    SLIPWAY_SDK_TRY(slipway::common::write_output(
        context, "lock", "lock.json", lock, json::Object{{"type", "application/vnd.slipway.lock.v1+json"}}));
    PackagesPort port(context);
    const auto progress = [&](std::uint64_t done, std::uint64_t total) {
        context.progress(done, total, "bytes");
    };
    SLIPWAY_SDK_TRY_ASSIGN(
        const auto count,
        fetch::fetch_packages(
            *downloader, {packages, repositories_, architecture_, context.cache_dir() + "/partial"},
            {cancelled, progress, [&](const std::string& why) { context.info(why); }}, port));
    context.info(std::to_string(packages.size()) + " packages: " + std::to_string(count.stored)
                 + " from the store, " + std::to_string(count.downloaded) + " downloaded ("
                 + slipway::support::human_bytes(count.downloaded_bytes) + ")");
    return slipway::outcome::done;
}

} // namespace

SLIPWAY_EXPORT_PLUGIN("pacman-fetch 0.1.0", PacmanFetch)
