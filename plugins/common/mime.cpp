// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/mime.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace slipway::common {

namespace {

constexpr std::size_t line_limit = 76; // RFC 2047, 2: lines with encoded words; RFC 2045, 6.7 (5)

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string escaped(char c) {
    return fmt::format("={:02X}", static_cast<unsigned char>(c));
}

/// The length of the UTF-8 character at the start of valid `text`.
std::size_t character_length(std::string_view text) {
    std::size_t n = 1;
    while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0u) == 0x80u)
        ++n;
    return n;
}

} // namespace

std::string encoded_words(std::string_view text, std::size_t column) {
    constexpr std::string_view open = "=?UTF-8?q?";
    constexpr std::string_view close = "?=";
    std::string out(open);
    std::size_t at = column + open.size();
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        std::string piece;
        for (const char c : text.substr(0, length))
            piece += is_alphanumeric(c) ? std::string(1, c) : c == ' ' ? "_" : escaped(c);
        if (at + piece.size() + close.size() > line_limit) {
            out.append(close).append("\n ").append(open);
            at = 1 + open.size();
        }
        out += piece;
        at += piece.size();
        text.remove_prefix(length);
    }
    return out.append(close);
}

std::string header_line(std::string_view name, std::string_view text) {
    std::string out = fmt::format("{}: ", name);
    const bool plain = std::all_of(text.begin(), text.end(), is_printable)
                       && text.find("=?") == std::string_view::npos
                       && out.size() + text.size() <= 990; // RFC 5322, 2.1.1: 998 at most
    out += plain ? std::string(text) : encoded_words(text, out.size());
    return out + "\n";
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') {
            out += c;
            column = 0;
            continue;
        }
        const bool last = i + 1 == text.size() || text[i + 1] == '\n';
        const bool from = column == 0 && text.substr(i).starts_with("From ");
        const bool plain = is_printable(c) && c != '=' && !(c == ' ' && last) && !from;
        std::string piece = plain ? std::string(1, c) : escaped(c);
        if (column + piece.size() + (last ? 0 : 1) > line_limit) {
            out += "=\n";
            column = 0;
        }
        column += piece.size();
        out += piece;
    }
    return out;
}

} // namespace slipway::common
