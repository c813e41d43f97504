// SPDX-License-Identifier: GPL-3.0-or-later
#include <layout.hpp>
#include <settings.hpp>
#include <signing.hpp>
#include <support/fs.hpp>

#include <cstring>

namespace slipway::git_publish {

namespace json = support::json;
using support::Error;
using support::Kind;
using support::Result;

namespace {

Variables variables_of(const json::Value& object) {
    Variables variables;
    for (const json::Member& member : object.as_object())
        variables[member.key] = member.value.as_string();
    return variables;
}

Identity identity_of(const json::Value& object, Identity otherwise) {
    if (object["name"].is_string()) otherwise.name = object["name"].as_string();
    if (object["email"].is_string()) otherwise.email = object["email"].as_string();
    return otherwise;
}

void read_text(const json::Value& options, ReleaseText& text) {
    text.tag = options["tag"].as_string();
    text.message = options["message"].as_string();
    text.tag_message = options["tag_message"].as_string();
    text.kind = options["annotated"].as_bool(true) ? TagKind::annotated : TagKind::lightweight;
    text.author = identity_of(options["author"], {});
    text.committer = identity_of(options["committer"], text.author);
}

void read_network(const json::Value& options, RemoteSettings& remote) {
    Patience patience;
    if (const auto* value = options.find("connect_s"))
        patience.connect = std::chrono::seconds(value->as_integer());
    if (const auto* value = options.find("silence_s"))
        patience.silence = std::chrono::seconds(value->as_integer());
    remote.url = options["remote"].as_string();
    remote.http.user = options.find("user") != nullptr ? options["user"].as_string() : "x-access-token";
    remote.http.no_proxy = options["no_proxy"].as_string();
    remote.http.ca_file = options["ca_file"].as_string();
    remote.http.patience = remote.ssh.patience = remote.patience = patience;
    remote.ssh.agent = options["ssh"]["agent"].as_string();
    remote.ssh.known_hosts = options["ssh"]["known_hosts"].as_string();
}

/// An option that is a path or a secret, as a path.
Result<std::string> key_file(const json::Value& option, const GiveSecret& secret, KeyFiles& keys) {
    if (option.is_null() || option.is_string()) return option.as_string();
    SLIPWAY_TRY_ASSIGN(std::string key, secret(option["secret"].as_string()));
    if (!key.ends_with('\n')) key += '\n'; // OpenSSH takes no key without it
    SLIPWAY_TRY_ASSIGN(common::SecretFile file, common::SecretFile::make(key));
    ::explicit_bzero(key.data(), key.size());
    keys.push_back(std::move(file));
    return keys.back().path();
}

/// The checks, each with the option it is about.
Result<void> check(const json::Value& options, const Settings& settings, std::string& pointer) {
    const ReleaseText& text = settings.request.text;
    pointer = "/remote";
    SLIPWAY_TRY_ASSIGN(const RemoteUrl url, parse_url(settings.request.remote.url));
    pointer = "/layout";
    SLIPWAY_TRY(check_layout(settings.layout));
    pointer = "/author";
    SLIPWAY_TRY(check_identity(text.author));
    pointer = "/committer";
    SLIPWAY_TRY(check_identity(text.committer));
    pointer = "/tag";
    if (!text.tag.empty()) SLIPWAY_TRY(check_tag_name(text.tag));
    pointer = "/branch";
    if (!settings.request.branch.empty()) SLIPWAY_TRY(check_branch_name(settings.request.branch));
    if (settings.request.append && settings.request.branch.empty())
        return Error{Kind::config, "history 'append' needs a branch to append to", "set \"branch\""};
    pointer = "/retention/date";
    if (options["retention"]["date"].is_string())
        SLIPWAY_TRY(check_date_form(options["retention"]["date"].as_string()));
    pointer = "/password";
    if (options["token"].is_object() && options["password"].is_object())
        return Error{Kind::config, "both a token and a password", "set one of them"};
    pointer = options["token"].is_object() ? "/token" : "/password";
    if (url.scheme == Scheme::ssh && (options["token"].is_object() || options["password"].is_object()))
        return Error{Kind::config, "tokens and passwords are not for ssh:// remotes",
                     "use \"ssh\": {\"key\": ...}, or an https:// URL"};
    return {};
}

} // namespace

Result<Settings> read_settings(const json::Value& options, std::string& pointer) {
    Settings settings;
    Request& request = settings.request;
    read_text(options, request.text);
    read_network(options, request.remote);
    request.branch = options["branch"].as_string();
    request.append = options["history"].as_string() == "append";
    if (const auto* limit = options.find("max_object_bytes"))
        request.max_object_bytes = static_cast<std::uint64_t>(limit->as_integer());
    if (const auto* layout = options.find("layout")) settings.layout = layout->as_string();
    settings.variables = variables_of(options["variables"]);
    SLIPWAY_TRY(check(options, settings, pointer));
    pointer.clear();
    return settings;
}

Result<void> take_credentials(const json::Value& options, const GiveSecret& secret, KeyFiles& keys,
                              RemoteSettings& remote) {
    SLIPWAY_TRY_ASSIGN(const RemoteUrl url, parse_url(remote.url));
    // A path needs none: a rehearsal on this machine is the same chain with another remote.
    for (const char* name : {"token", "password"})
        if (url.scheme == Scheme::https && options[name].is_object()) {
            SLIPWAY_TRY_ASSIGN(remote.http.password, secret(options[name]["secret"].as_string()));
        }
    // A token pasted with a line end would be sent with it.
    while (!remote.http.password.empty()
           && remote.http.password.find_last_of("\r\n") == remote.http.password.size() - 1)
        remote.http.password.pop_back();
    const json::Value& proxy = options["proxy"];
    remote.http.proxy = proxy.as_string();
    if (proxy.is_object()) {
        SLIPWAY_TRY_ASSIGN(remote.http.proxy, secret(proxy["secret"].as_string()));
    }
    SLIPWAY_TRY_ASSIGN(remote.ssh.key, key_file(options["ssh"]["key"], secret, keys));
    return {};
}

Result<Retention> read_retention(const json::Value& options, const std::string& current) {
    const json::Value& option = options["retention"];
    Retention retention;
    retention.keep = static_cast<std::uint64_t>(option["keep"].as_integer());
    retention.current = current;
    if (option["date"].is_string()) retention.date = option["date"].as_string();
    if (option["library"].is_string()) {
        SLIPWAY_TRY_ASSIGN(retention.library, support::read_file(option["library"].as_string()));
    }
    return retention;
}

Result<Sign> read_signing(const json::Value& options, const GiveSecret& secret, KeyFiles& keys,
                          const std::string& folder, std::int64_t time) {
    const json::Value& sign = options["sign"];
    if (!sign.is_object()) return Sign();
    SLIPWAY_TRY_ASSIGN(const std::string file, key_file(sign["key"], secret, keys));
    const bool gpg = sign["format"].as_string() == "gpg";
    return make_signer({gpg ? SignatureFormat::gpg : SignatureFormat::ssh, file,
                        sign["key"].is_object() ? KeyPlace::memory : KeyPlace::disk},
                       folder + "/signing", time);
}

Result<void> take_contents(const json::Value& options, const Variables& variables, Contents& contents) {
    for (const json::Value& extra : options["extra"].as_array())
        SLIPWAY_TRY(contents.add_file(extra["path"].as_string(), extra["file"].as_string(),
                                      extra["mode"].as_string()));
    for (const json::Value& one : options["folders"].as_array())
        SLIPWAY_TRY(contents.add_folder(one["path"].as_string(), one["folder"].as_string()));
    if (options["templates"].as_array().empty()) return {};
    Variables all = variables;
    for (const Source& source : contents.sources()) {
        std::string digest = source.sha256; // an artifact's is known
        if (digest.empty()) {
            SLIPWAY_TRY_ASSIGN(const auto made, support::sha256_of_fd(source.fd));
            digest = made.hex();
        }
        all["sha256:" + source.path] = digest;
    }
    for (const json::Value& one : options["templates"].as_array()) {
        Variables here = all;
        for (const auto& [name, value] : variables_of(one["variables"]))
            here[name] = value;
        SLIPWAY_TRY(contents.add_template(one["path"].as_string(), one["file"].as_string(),
                                          one["mode"].as_string(), here));
    }
    return {};
}

Result<std::vector<KnownArtifact>> read_older(const json::Value& options) {
    std::vector<KnownArtifact> all;
    for (const json::Value& file : options["older"].as_array()) {
        SLIPWAY_TRY_ASSIGN(const std::string text, support::read_file(file.as_string()));
        SLIPWAY_TRY_ASSIGN(auto known, parse_known(text, "'" + file.as_string() + "'"));
        all.insert(all.end(), known.begin(), known.end());
    }
    return all;
}

} // namespace slipway::git_publish
