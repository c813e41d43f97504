// SPDX-License-Identifier: GPL-3.0-or-later
#include "words.hpp"

#include <support/text.hpp>

#include <algorithm>

namespace slipway::config {

namespace json = support::json;

std::string shown(const json::Value& value) {
    constexpr std::size_t most = 60;
    std::string text = value.is_string() ? value.as_string() : json::dump(value);
    if (text.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u)
            --end; // not inside a UTF-8 sequence
        text = text.substr(0, end) + "...";
    }
    return value.is_string() ? "'" + text + "'" : text;
}

std::string with_article(std::string_view type) {
    if (type == "null") return "null";
    const bool vowel = std::string_view("aio").find(type.front()) != std::string_view::npos;
    return (vowel ? "an " : "a ") + std::string(type);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = support::nearest(word, candidates);
    return near ? "did you mean '" + *near + "'?" : "";
}

std::vector<std::string> keys_of(const json::Value& object) {
    std::vector<std::string> keys;
    for (const json::Member& member : object.as_object())
        keys.push_back(member.key);
    return keys;
}

bool holds_reference(const json::Value& value) {
    return value.as_string().find("${") != std::string::npos
           || std::ranges::any_of(value.as_array(), holds_reference)
           || std::ranges::any_of(value.as_object(),
                                  [](const json::Member& m) { return holds_reference(m.value); });
}

} // namespace slipway::config
