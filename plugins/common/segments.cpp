// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/segments.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace slipway::common {

namespace {

constexpr std::uint64_t block_size = 512;
constexpr std::uint64_t max_extended = 1u << 20; ///< of which the records are looked at

std::uint64_t padded(std::uint64_t size) {
    return (size + block_size - 1) / block_size * block_size;
}

/// An octal field, or GNU's base-256 where its first bit is set.
std::uint64_t number(std::string_view field) {
    std::uint64_t value = 0;
    if ((static_cast<unsigned char>(field.front()) & 0x80) != 0) {
        for (const char c : field.substr(field.size() - std::min<std::size_t>(field.size(), 8)))
            value = value << 8 | static_cast<unsigned char>(c);
        return value;
    }
    for (const char c : field)
        if (c >= '0' && c <= '7') value = value * 8 + static_cast<std::uint64_t>(c - '0');
    return value;
}

bool is_header(std::string_view block) {
    std::uint64_t sum = 8 * ' '; // where the sum itself is
    for (const std::string_view part : {block.substr(0, 148), block.substr(156)})
        for (const char c : part)
            sum += static_cast<unsigned char>(c);
    return block.substr(257, 5) == "ustar" && sum == number(block.substr(148, 7));
}

/// The value of a pax record; the last one of a key counts.
std::optional<std::string_view> record(std::string_view records, std::string_view key) {
    std::optional<std::string_view> found;
    while (!records.empty()) {
        std::size_t length = 0;
        const auto [end, failed] = std::from_chars(records.data(), records.data() + records.size(), length);
        const auto digits = static_cast<std::size_t>(end - records.data());
        if (failed != std::errc() || length > records.size() || length < digits + 2) break;
        const std::string_view pair = records.substr(digits + 1, length - digits - 2);
        if (pair.starts_with(key) && pair.substr(key.size()).starts_with('='))
            found = pair.substr(key.size() + 1);
        records.remove_prefix(length);
    }
    return found;
}

} // namespace

void SegmentFinder::skip(std::uint64_t size) {
    block_.clear();
    state_ = size == 0 ? State::header : State::content;
    wanted_ = size == 0 ? block_size : size;
}

void SegmentFinder::take_header() {
    // Two zero blocks end the archive, and whatever is no header ends our reading of it.
    if (!is_header(block_)) {
        state_ = State::none;
        return;
    }
    const char type = block_[156];
    const std::uint64_t size = number(std::string_view(block_).substr(124, 12));
    if (type == 'x' && size > 0 && size <= max_extended) {
        extended_size_ = size;
        state_ = State::extended;
        wanted_ = padded(size);
        block_.clear();
        return;
    }
    const bool has_content =
        type != '1' && type != '2' && type != '3' && type != '4' && type != '5' && type != '6';
    const std::uint64_t content = next_size_ != 0 ? next_size_ : size;
    if (type != 'g') next_size_ = 0;
    skip(has_content ? padded(content) : 0);
}

void SegmentFinder::take_extended(std::vector<std::uint64_t>& starts) {
    const std::string_view records = std::string_view(block_).substr(0, extended_size_);
    if (record(records, "comment") == "segment") starts.push_back(header_start_);
    if (const auto size = record(records, "size"))
        (void)std::from_chars(size->data(), size->data() + size->size(), next_size_);
    skip(0);
}

void SegmentFinder::feed(std::string_view bytes, std::vector<std::uint64_t>& starts) {
    while (!bytes.empty()) {
        if (state_ == State::none) {
            offset_ += bytes.size();
            return;
        }
        const std::size_t n = std::min<std::uint64_t>(bytes.size(), wanted_);
        if (state_ == State::header && block_.empty()) header_start_ = offset_;
        if (state_ != State::content) block_.append(bytes.substr(0, n));
        bytes.remove_prefix(n);
        offset_ += n;
        wanted_ -= n;
        if (wanted_ > 0) continue;
        if (state_ == State::header)
            take_header();
        else if (state_ == State::extended)
            take_extended(starts);
        else
            skip(0);
    }
}

} // namespace slipway::common
