// SPDX-License-Identifier: GPL-3.0-or-later
#include <chain/secrets.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>

namespace slipway::chain {

namespace {

/// Shorter lines of a secret stay: "}" of a JSON key file is no secret.
constexpr std::size_t shortest_line = 4;

} // namespace

Secrets::~Secrets() {
    for (auto& [name, value] : known_)
        ::explicit_bzero(value.data(), value.size());
    for (std::string& pattern : patterns_)
        ::explicit_bzero(pattern.data(), pattern.size());
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
    if (found) remember(name, *found);
    return found;
}

void Secrets::remember(const std::string& name, const std::string& value) {
    known_[name] = value;
    if (!value.empty()) patterns_.push_back(value);
    if (value.find('\n') != std::string::npos)
        for (std::string& line : support::split(value, '\n'))
            if (line.size() >= shortest_line) patterns_.push_back(std::move(line));
    std::ranges::stable_sort(patterns_, std::greater(), &std::string::size);
}

std::string Secrets::redact(std::string text) const {
    for (const std::string& pattern : patterns_)
        for (std::size_t at = 0; (at = text.find(pattern, at)) != std::string::npos; at += 3)
            text.replace(at, pattern.size(), "***");
    return text;
}

} // namespace slipway::chain
