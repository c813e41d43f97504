// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small text helpers for messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::support {

/// The candidate nearest to `word` by edit distance, if it is near enough to be a misspelling of it.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "1.5 MB", "812 B": decimal units, as GitHub and Docker Hub count.
std::string human_bytes(std::uint64_t bytes);

/// "0.4 s", "3 min 20 s", "2 d 4 h".
std::string human_duration(std::chrono::milliseconds duration);

/// The seconds of a whole number and a unit: "90s", "30m", "2h", "3d".
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// "a, b or c"; "" for none.
std::string join_or(const std::vector<std::string>& words);

std::string join(const std::vector<std::string>& words, std::string_view separator);

std::vector<std::string> split(std::string_view text, char separator);

/// `text` with control characters, DEL and invalid UTF-8 shown as \xNN, so that it is safe to print.
std::string printable(std::string_view text);

/// The same, but line ends and tabs stay: for texts of several lines.
std::string printable_text(std::string_view text);

/// Whether it can be the name of a file in a folder, and printed: 1 to 255 bytes, no '/', no controls, not
/// "." or "..".
bool is_file_name(const std::string& name);

bool is_valid_utf8(std::string_view text);

/// "2026-11-05T00:00:00Z" for seconds since 1970-01-01 UTC.
std::string iso_time(std::int64_t seconds);

/// strftime() of `seconds` in UTC and the C locale; nullopt for an empty or unusable format.
std::optional<std::string> format_time(const std::string& format, std::int64_t seconds);

} // namespace slipway::support
