// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.h>
#include <pacman_conf.hpp>
#include <settings.hpp>
#include <siglevel.hpp>
#include <support/text.hpp>

#include <set>

namespace slipway::pacman_fetch {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr const char* usual_keyrings = "/usr/share/pacman/keyrings";
constexpr const char* usual_archive = "https://archive.archlinux.org";

std::vector<std::string> strings(const json::Value& array) {
    std::vector<std::string> all;
    for (const json::Value& one : array.as_array())
        all.push_back(one.as_string());
    return all;
}

class Reader {
public:
    Reader(const json::Value& options, std::string& pointer) : options_(options), pointer_(pointer) {}

    Result<Settings> run();

private:
    Result<void> read_config();
    Result<void> read_repositories();
    Result<void> apply_siglevel();
    Result<void> apply_snapshot();
    void read_rest();

    const json::Value& options_;
    std::string& pointer_;
    Settings settings_;
};

Result<void> Reader::read_config() {
    const std::string& path = options_["config"].as_string();
    if (path.empty()) return {};
    pointer_ = "/config";
    SLIPWAY_TRY_ASSIGN(auto conf, read_pacman_conf(path));
    settings_.repositories = std::move(conf.repositories);
    settings_.resolver.architectures = std::move(conf.architectures);
    settings_.resolver.ignore = std::move(conf.ignore);
    settings_.resolver.ignore_groups = std::move(conf.ignore_groups);
    settings_.warnings = std::move(conf.warnings);
    return {};
}

/// The options' repositories, if there are any, instead of the configuration's.
Result<void> Reader::read_repositories() {
    if (options_.find("repositories") != nullptr) settings_.repositories.clear();
    std::set<std::string> seen;
    SigLevel usual; // Arch's own, once there is a keyring to check with
    SLIPWAY_TRY(usual.add({"Required", "DatabaseOptional", "TrustedOnly"}));
    const int base = options_.find("keyring") != nullptr ? usual.over(0) : 0;
    for (const json::Value& one : options_["repositories"].as_array()) {
        Repository repository{one["name"].as_string(), strings(one["servers"])};
        pointer_ = "/repositories/" + std::to_string(settings_.repositories.size());
        SigLevel siglevel;
        SLIPWAY_TRY(siglevel.add(words_of(options_["siglevel"].as_string())));
        SLIPWAY_TRY(siglevel.add(words_of(one["siglevel"].as_string())));
        repository.siglevel = siglevel.over(base);
        pointer_ += "/name";
        SLIPWAY_TRY(check_repository_name(repository.name));
        if (!seen.insert(repository.name).second)
            return Error{Kind::config, "repository '" + repository.name + "': named twice",
                         "list all its servers in one place"};
        settings_.repositories.push_back(std::move(repository));
    }
    pointer_ = settings_.repositories.empty() ? "/repositories" : "";
    if (!settings_.repositories.empty()) return {};
    return Error{Kind::config, "there is no repository",
                 "name some in \"repositories\", or a pacman.conf in \"config\""};
}

Result<void> Reader::apply_siglevel() {
    pointer_ = "/siglevel";
    SigLevel siglevel;
    SLIPWAY_TRY(siglevel.add(words_of(options_["siglevel"].as_string())));
    bool asked = false;
    for (Repository& repository : settings_.repositories) {
        if (options_.find("repositories") == nullptr)
            repository.siglevel = siglevel.over(repository.siglevel);
        asked = asked || (repository.siglevel & (ALPM_SIG_PACKAGE | ALPM_SIG_DATABASE)) != 0;
    }
    const std::string& given = options_["keyring"].as_string();
    if (asked) settings_.keyring = given.empty() ? usual_keyrings : given;
    return {};
}

/// A day of the archive is all there is then: no server of today may stand in for it.
Result<void> Reader::apply_snapshot() {
    settings_.snapshot = options_["snapshot"].as_string();
    const std::string& given = options_["archive"].as_string();
    int index = 0;
    for (Repository& repository : settings_.repositories) {
        pointer_ =
            options_.find("repositories") != nullptr ? "/repositories/" + std::to_string(index++) : "/config";
        if (!settings_.snapshot.empty()) {
            repository.servers = {snapshot_server(given.empty() ? usual_archive : given, settings_.snapshot)};
            repository.cache_servers.clear();
        }
        if (repository.servers.empty())
            return Error{Kind::config, "repository '" + repository.name + "': no server",
                         "give it \"servers\""};
    }
    return {};
}

void Reader::read_rest() {
    settings_.targets = strings(options_["install"]);
    ResolverSettings& resolver = settings_.resolver;
    if (const std::string& given = options_["architecture"].as_string(); !given.empty())
        resolver.architectures = {given};
    if (resolver.architectures.empty()) resolver.architectures = {"x86_64"};
    for (std::string& one : strings(options_["ignore"]))
        resolver.ignore.push_back(std::move(one));
    resolver.assume_installed = strings(options_["assume_installed"]);
    resolver.exclude = strings(options_["exclude"]);
    resolver.providers = strings(options_["providers"]);
    settings_.valid_at_build = options_["valid_at"].as_string() == "build";
    settings_.downloads.parallel = static_cast<unsigned>(options_["jobs"].as_integer(8));
    settings_.downloads.network = http::network_of(options_);
}

Result<Settings> Reader::run() {
    SLIPWAY_TRY(read_config());
    SLIPWAY_TRY(read_repositories());
    SLIPWAY_TRY(apply_siglevel());
    SLIPWAY_TRY(apply_snapshot());
    read_rest();
    return std::move(settings_);
}

} // namespace

Result<Settings> read_settings(const json::Value& options, std::string& pointer) {
    return Reader(options, pointer).run();
}

} // namespace slipway::pacman_fetch
