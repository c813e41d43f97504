// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <support/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <numeric>

namespace slipway::support {

namespace {

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        d[i][0] = i;
    std::iota(d[0].begin(), d[0].end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

/// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned b = byte(0);
    if (b < 0x80) return 1;
    if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
    if (b >= 0xE0 && b <= 0xEF) {
        const bool ok = tail(1) && tail(2) && (b != 0xE0 || byte(1) >= 0xA0) && (b != 0xED || byte(1) < 0xA0);
        return ok ? 3 : 0;
    }
    if (b >= 0xF0 && b <= 0xF4) {
        const bool ok =
            tail(1) && tail(2) && tail(3) && (b != 0xF0 || byte(1) >= 0x90) && (b != 0xF4 || byte(1) < 0x90);
        return ok ? 4 : 0;
    }
    return 0;
}

} // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > word.size() + best_distance || word.size() > candidate.size() + best_distance)
            continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = &candidate;
        }
    }
    if (best == nullptr) return std::nullopt;
    return *best;
}

std::string human_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    static constexpr std::array<const char*, 5> units{"kB", "MB", "GB", "TB", "PB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units.at(unit));
}

std::string human_duration(std::chrono::milliseconds duration) {
    const auto ms = duration.count();
    const auto s = ms / 1000;
    if (s < 60) return fmt::format("{}.{} s", s, ms % 1000 / 100);
    if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
    if (s < 86400) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
    return fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    constexpr std::int64_t most = 100LL * 366 * 86400; // a century: no sum of two overflows
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [unit, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || end - unit != 1 || number < 0) return std::nullopt;
    const std::int64_t seconds = *unit == 's'   ? 1
                                 : *unit == 'm' ? 60
                                 : *unit == 'h' ? 3600
                                 : *unit == 'd' ? 86400
                                                : 0;
    if (seconds == 0 || number > most / seconds) return std::nullopt;
    return std::chrono::seconds(number * seconds);
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

std::string join_or(const std::vector<std::string>& words) {
    if (words.size() < 2) return words.empty() ? "" : words[0];
    return join({words.begin(), words.end() - 1}, ", ") + " or " + words.back();
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> out;
    for (;;) {
        const std::size_t end = text.find(separator);
        out.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t n = utf8_length(text);
        if (n == 0) return false;
        text.remove_prefix(n);
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t n = utf8_length(text);
        const auto c = static_cast<unsigned char>(text[0]);
        const bool c1_control = n == 2 && c == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
        if (n == 0 || (n == 1 && (c < 0x20 || c == 0x7F)))
            out += fmt::format("\\x{:02x}", c);
        else if (c1_control)
            out += fmt::format("\\x{:02x}\\x{:02x}", c, static_cast<unsigned char>(text[1]));
        else
            out += text.substr(0, n);
        text.remove_prefix(std::max<std::size_t>(n, 1));
    }
    return out;
}

std::string printable_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
        out += printable(text.substr(0, end));
        if (end < text.size()) out += text[end];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::optional<std::string> format_time(const std::string& format, std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 256> text{};
    if (format.empty() || ::gmtime_r(&time, &parts) == nullptr) return std::nullopt;
    const std::size_t n = std::strftime(text.data(), text.size(), format.c_str(), &parts);
    if (n == 0) return std::nullopt;
    return std::string(text.data(), n);
}

std::string iso_time(std::int64_t seconds) {
    return format_time("%Y-%m-%dT%H:%M:%SZ", seconds).value_or("?");
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name.size() <= 255 && name != "." && name != ".."
           && name.find('/') == std::string::npos && printable(name) == name;
}

} // namespace slipway::support
