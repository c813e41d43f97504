// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <cstring>

#include <chain/secrets.hpp>
#include <support/fs.hpp>

namespace slipway::chain {

namespace json = support::json;

Secrets::~Secrets() {
    for (auto& [name, value] : known_)
        ::explicit_bzero(value.data(), value.size());
}

std::optional<std::string> Secrets::value(const std::string& name) {
    if (const auto it = known_.find(name); it != known_.end()) return it->second;
    std::optional<std::string> found;
    if (const char* text = std::getenv(name.c_str())) {
        found = text;
    } else if (!credentials_.empty() && name.find('/') == std::string::npos) {
        auto file = support::read_file(credentials_ + "/" + name, 1u << 20);
        if (file) found = std::move(file).value();
        if (found && found->ends_with('\n')) found->pop_back();
    }
    if (found) known_[name] = *found;
    return found;
}

std::string Secrets::redact(std::string text) const {
    for (const auto& [name, value] : known_) {
        if (value.empty()) continue;
        for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos; at += 3)
            text.replace(at, value.size(), "***");
    }
    return text;
}

json::Value Secrets::redact(json::Value document) const {
    if (document.is_string()) document = redact(document.as_string());
    if (document.is_array())
        for (json::Value& item : document.array())
            item = redact(std::move(item));
    if (document.is_object())
        for (auto& member : document.object())
            member.value = redact(std::move(member.value));
    return document;
}

} // namespace slipway::chain
