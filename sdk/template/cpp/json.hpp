// SPDX-License-Identifier: MIT
//
// Reads single members of a JSON object: all that a stage with flat options needs. The host hands out valid
// JSON (RFC 8259) that satisfies the stage's schema, so nothing is checked twice. When your options grow
// lists or objects, take a JSON library instead: nlohmann-json, RapidJSON, simdjson, ...
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace json {

namespace detail {

inline std::size_t skip_space(std::string_view text, std::size_t at) {
    const auto end = text.find_first_not_of(" \t\r\n", at);
    return end == std::string_view::npos ? text.size() : end;
}

/// `at` is the opening quote; the result is behind the closing one.
inline std::size_t skip_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return at < text.size() ? at + 1 : text.size();
}

inline std::size_t skip_value(std::string_view text, std::size_t at) {
    int depth = 0;
    do {
        if (text[at] == '"') {
            at = skip_string(text, at);
            continue;
        }
        if (text[at] == '{' || text[at] == '[') ++depth;
        const bool closes = text[at] == '}' || text[at] == ']';
        if (closes) --depth;
        at = depth == 0 && !closes ? text.find_first_of(",}] \t\r\n", at) : at + 1;
    } while (depth > 0 && at < text.size());
    return at;
}

/// Append a code point as UTF-8 (RFC 3629).
inline void put_utf8(std::string& out, std::uint32_t c) {
    const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr std::uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(lead[more] | c >> (6 * more));
    for (int i = more - 1; i >= 0; --i)
        out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
}

inline std::uint32_t hex4(std::string_view text, std::size_t at) {
    return static_cast<std::uint32_t>(std::strtoul(std::string(text.substr(at, 4)).c_str(), nullptr, 16));
}

/// `at` is behind the backslash; the result is behind the escape.
inline std::size_t unescape(std::string_view text, std::size_t at, std::string& out) {
    constexpr std::string_view letters = "bfnrt", meanings = "\b\f\n\r\t";
    if (text[at] != 'u') {
        const auto known = letters.find(text[at]);
        out += known == std::string_view::npos ? text[at] : meanings[known];
        return at + 1;
    }
    std::uint32_t c = hex4(text, at + 1);
    at += 5;
    if (c >= 0xD800 && c < 0xDC00 && text.substr(at, 2) == "\\u") { // a surrogate pair
        c = 0x10000 + ((c & 0x3FF) << 10) + (hex4(text, at + 2) & 0x3FF);
        at += 6;
    }
    put_utf8(out, c);
    return at;
}

/// The string whose opening quote is at `at`.
inline std::string read_string(std::string_view text, std::size_t at) {
    const std::string_view body = text.substr(at + 1, skip_string(text, at) - at - 2);
    std::string out;
    for (std::size_t i = 0; i < body.size();)
        if (body[i] == '\\')
            i = unescape(body, i + 1, out);
        else
            out += body[i++];
    return out;
}

} // namespace detail

/// The text of member `key` of the object `text`, as it is written there; nullopt if there is none.
inline std::optional<std::string_view> member(std::string_view text, std::string_view key) {
    std::size_t at = detail::skip_space(text, 0);
    while (at < text.size() && (text[at] == '{' || text[at] == ',')) {
        at = detail::skip_space(text, at + 1);
        if (at >= text.size() || text[at] != '"') break;
        const bool found = detail::read_string(text, at) == key;
        at = detail::skip_space(text, detail::skip_string(text, at));
        at = detail::skip_space(text, at + 1); // the colon
        const std::size_t end = detail::skip_value(text, at);
        if (found) return text.substr(at, end - at);
        at = detail::skip_space(text, end);
    }
    return std::nullopt;
}

/// The string member `key`; nullopt if there is none.
inline std::optional<std::string> string_member(std::string_view text, std::string_view key) {
    const auto value = member(text, key);
    if (!value || value->front() != '"') return std::nullopt;
    return detail::read_string(*value, 0);
}

/// The number member `key` (0 or more), or `fallback`.
inline std::uint64_t number_member(std::string_view text, std::string_view key, std::uint64_t fallback) {
    const auto value = member(text, key);
    // JSON Schema calls 1e3 an integer too.
    return value ? static_cast<std::uint64_t>(std::strtod(std::string(*value).c_str(), nullptr)) : fallback;
}

} // namespace json
