// SPDX-License-Identifier: GPL-3.0-or-later
#include "secret_forms.hpp"

#include <support/redactor.hpp>
#include <support/text.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace slipway::support {

namespace {

constexpr std::string_view stars = "***";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The line around a key's text (RFC 7468, 2), which everybody knows.
bool is_boundary(std::string_view line) {
    return line.starts_with("-----BEGIN ") || line.starts_with("-----END ");
}

unsigned char byte(char c) {
    return static_cast<unsigned char>(c);
}

std::size_t pair_of(char first, char second) {
    return std::size_t{byte(first)} << 8 | byte(second);
}

} // namespace

void Redactor::add(std::string_view secret, std::string name, std::size_t shortest_line) {
    if (trimmed(secret).empty()) return;
    secrets_.push_back(std::make_shared<const SecretBytes>(trimmed(secret)));
    names_.push_back(std::move(name));
    const std::string_view value = secrets_.back()->view();
    add_forms(value);
    for (std::size_t at = 0, end = 0; value.find('\n') != std::string_view::npos && at < value.size();
         at = end + 1) {
        end = std::min(value.find('\n', at), value.size());
        const std::string_view line = trimmed(value.substr(at, end - at));
        if (line.size() >= shortest_line && !is_boundary(line)) add_forms(line);
    }
}

void Redactor::add_forms(std::string_view secret) {
    add_pattern(secret, Encoding::text);
    if (secret.size() < shortest_encoded) return;
    add_pattern(secret, Encoding::hex);
    for (unsigned alignment = 0; alignment < 3; ++alignment)
        add_pattern(secret, Encoding::base64, alignment);
    // A line may end where the first of it is too little to be recognised.
    for (unsigned alignment = 0; alignment < 3 && secret.size() > shortest_encoded; ++alignment)
        add_pattern(secret.substr(1), Encoding::base64, alignment);
}

void Redactor::add_pattern(std::string_view secret, Encoding encoding, unsigned alignment) {
    const auto number = static_cast<std::uint32_t>(patterns_.size());
    patterns_.push_back({secret, encoding, alignment, names_.size() - 1});
    const auto may_begin = [&](std::string_view text) {
        const FormMatch match = match_form(secret, encoding, alignment, text);
        return match.more || match.length > 0;
    };
    for (int first = 0; first < 256; ++first) {
        const char begin[] = {static_cast<char>(first), '\0'};
        if (!may_begin({begin, 1})) continue;
        by_first_byte_[byte(begin[0])].push_back(number);
        for (int second = 0; second < 256; ++second) {
            const char both[] = {begin[0], static_cast<char>(second)};
            if (may_begin({both, 2})) pairs_.set(pair_of(both[0], both[1]));
        }
    }
}

std::size_t Redactor::next_candidate(std::string_view text, std::size_t from) const {
    for (; from + 1 < text.size(); ++from)
        if (pairs_[pair_of(text[from], text[from + 1])]) return from;
    return from < text.size() && by_first_byte_[byte(text[from])].empty() ? text.size() : from;
}

Redactor::Match Redactor::match(std::string_view rest) const {
    Match best;
    for (const std::uint32_t number : by_first_byte_[byte(rest[0])]) {
        const Pattern& pattern = patterns_[number];
        const FormMatch match = match_form(pattern.secret, pattern.encoding, pattern.alignment, rest);
        best.more = best.more || match.more;
        if (match.length <= best.length) continue;
        best.length = match.length;
        best.pattern = &pattern;
    }
    return best;
}

std::string Redactor::redact(std::string text) const {
    if (empty()) return text;
    RedactedStream stream(*this);
    std::string out = stream.feed(text);
    return out + stream.finish();
}

Result<std::optional<Redactor::Found>> Redactor::find_in(int fd, const std::string& subject) const {
    std::string window, block(1u << 20, '\0');
    std::uint64_t read_to = 0;
    for (bool over = empty(); !over;) {
        const ssize_t n = ::pread(fd, block.data(), block.size(), static_cast<off_t>(read_to));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading " + subject, errno);
        over = n == 0;
        window.append(block, 0, static_cast<std::size_t>(n));
        read_to += static_cast<std::uint64_t>(n);
        std::size_t at = next_candidate(window, 0);
        for (; at < window.size(); at = next_candidate(window, at + 1)) {
            const Match found = match(std::string_view(window).substr(at));
            if (found.length > 0)
                return std::optional(Found{names_[found.pattern->name], found.pattern->encoding,
                                           read_to - window.size() + at});
            if (found.more && !over) break;
        }
        window.erase(0, at);
    }
    return std::optional<Found>();
}

std::string RedactedStream::feed(std::string_view piece) {
    held_ += piece;
    return take(End::open);
}

std::string RedactedStream::finish() {
    return take(End::over);
}

std::string RedactedStream::take(End end) {
    if (redactor_->empty()) return std::exchange(held_, {});
    std::string out;
    std::size_t at = 0;
    while (at < held_.size()) {
        const std::size_t next = redactor_->next_candidate(held_, at);
        if (const std::size_t shown = std::max(at, covered_); shown < next)
            out.append(held_, shown, next - shown);
        at = next;
        if (at == held_.size()) break;
        const Redactor::Match match = redactor_->match(std::string_view(held_).substr(at));
        if (match.more && end == End::open) break;
        if (match.length > 0 && at >= covered_) out += stars;
        if (match.length > 0) covered_ = std::max(covered_, at + match.length);
        if (at >= covered_) out += held_[at];
        ++at;
    }
    held_.erase(0, at);
    covered_ -= std::min(covered_, at);
    return out;
}

} // namespace slipway::support
