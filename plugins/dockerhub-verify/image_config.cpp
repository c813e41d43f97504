// SPDX-License-Identifier: GPL-3.0-or-later
#include "image_config.hpp"

#include <fmt/format.h>
#include <support/text.hpp>

#include <map>
#include <set>

namespace slipway::verify {

namespace json = support::json;
using support::printable;
using support::Result;

namespace {

constexpr const char* default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string text_of(const json::Value& value) {
    return value.is_null() ? "nothing" : printable(json::dump(value).substr(0, 500));
}

/// Go leaves out, or writes as null, "", false, [] or {}, what is not set.
bool is_empty(const json::Value& value) {
    return value.is_null() || value == json::Value("") || value == json::Value(false)
           || value == json::Value(0) || (value.is_array() && value.as_array().empty())
           || (value.is_object() && value.as_object().empty());
}

bool same(const json::Value& wanted, const json::Value& found) {
    return (is_empty(wanted) && is_empty(found)) || wanted == found;
}

class ConfigCheck {
public:
    ConfigCheck(const json::Value& found, const json::Value& rules, Findings& findings)
        : found_(found), rules_(rules), findings_(findings) {}

    void run() {
        single("User", "user");
        single("Entrypoint", "entrypoint");
        single("WorkingDir", "working_dir");
        single("StopSignal", "stop_signal");
        done_.insert({"Cmd", "Env", "Labels"});
        if (!rules_.is_null()) {
            single("Cmd", "cmd");
            environment();
            texts("Labels", rules_["labels"], found_["Labels"]);
        }
        // OnBuild, Healthcheck, Volumes, Shell, ...: nothing of ours sets them.
        for (const json::Member& member : found_.as_object())
            if (!done_.contains(member.key) && !is_empty(member.value))
                find(member.key, "nothing", text_of(member.value));
    }

private:
    void find(const std::string& name, std::string expected, std::string found) {
        findings_.add({"config", printable(name), std::move(expected), std::move(found)});
    }

    void single(const char* name, const char* option) {
        done_.insert(name);
        const json::Value& wanted = rules_[option];
        if (!same(wanted, found_[name])) find(name, text_of(wanted), text_of(found_[name]));
    }

    void environment() {
        json::Value found = json::Object{};
        for (const json::Value& line : found_["Env"].as_array()) {
            const std::string& text = line.as_string();
            const std::string name = text.substr(0, text.find('='));
            if (name.size() == text.size() || found.find(name) != nullptr) {
                find("Env", "NAME=VALUE, each name once", text_of(line));
                continue;
            }
            found.set(name, text.substr(name.size() + 1));
        }
        json::Value wanted = rules_["env"].is_null() ? json::Value(json::Object{}) : rules_["env"];
        if (wanted.find("PATH") == nullptr) // what engines set for an image from scratch
            wanted.set("PATH", found["PATH"].is_null() ? json::Value() : json::Value(default_path));
        texts("Env", wanted, found);
    }

    /// Maps of texts; null on our side is anything.
    void texts(const char* name, const json::Value& wanted, const json::Value& found) {
        for (const json::Member& member : wanted.as_object())
            if (!member.value.is_null() && member.value != found[member.key])
                find(fmt::format("{}.{}", name, member.key), text_of(member.value),
                     text_of(found[member.key]));
        for (const json::Member& member : found.as_object())
            if (wanted.find(member.key) == nullptr)
                find(fmt::format("{}.{}", name, member.key), "nothing", text_of(member.value));
    }

    const json::Value& found_;
    const json::Value& rules_;
    Findings& findings_;
    std::set<std::string> done_;
};

} // namespace

bool same_platform(const common::Platform& wanted, const common::Platform& found) {
    return wanted.os == found.os && wanted.architecture == found.architecture
           && (wanted.variant == found.variant || found.variant.empty());
}

void check_platform(const json::Value& config, const common::Platform& wanted, Findings& findings) {
    const common::Platform found{config["os"].as_string(), config["architecture"].as_string(),
                                 config["variant"].as_string()};
    if (!same_platform(wanted, found))
        findings.add({"config", "platform", wanted.text(), printable(found.text())});
}

void check_config(const json::Value& config, const ConfigRules& rules, Findings& findings) {
    const json::Value& created = config["created"];
    if (rules.config["created"].is_string() && !(created == rules.config["created"]))
        findings.add({"config", "created", text_of(rules.config["created"]), text_of(created)});
    ConfigCheck(config["config"], rules.config, findings).run();
}

Result<std::vector<support::Digest>> diff_ids_of(const json::Value& config, std::size_t layers,
                                                 Findings& findings) {
    std::vector<support::Digest> ids;
    for (const json::Value& id : config["rootfs"]["diff_ids"].as_array()) {
        SLIPWAY_TRY_ASSIGN(support::Digest digest, parse_digest(id.as_string()));
        ids.push_back(std::move(digest));
    }
    const auto count = [&](const char* field, std::size_t found) {
        if (found != layers)
            findings.add(
                {"config", field, fmt::format("{} layers", layers), fmt::format("{} layers", found)});
    };
    count("diff_ids", ids.size());
    std::size_t made = 0;
    for (const json::Value& step : config["history"].as_array())
        made += step["empty_layer"].as_bool() ? 0 : 1;
    if (!config["history"].as_array().empty()) count("history", made);
    return ids;
}

} // namespace slipway::verify
