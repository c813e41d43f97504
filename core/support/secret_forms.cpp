// SPDX-License-Identifier: GPL-3.0-or-later
#include "secret_forms.hpp"

#include <algorithm>
#include <set>

namespace slipway::support {

namespace {

constexpr char digits[] = "0123456789abcdef";

/// Where a match has come to: so many units of the secret (bytes, of base64: characters) are in so many bytes
/// of the text.
struct Place {
    std::size_t at = 0, unit = 0;

    auto operator<=>(const Place&) const = default;
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

enum class Case { exact, any };

/// The ways on from one place.
class Ways {
public:
    explicit Ways(std::string_view rest) : rest_(rest) {}

    /// `form` stands for `units`. It is in lower case if that does not matter. It comes after `skipped`
    /// bytes.
    void look(std::string_view form, std::size_t units, Case letters, std::size_t skipped = 0) {
        for (std::size_t i = 0; i < form.size(); ++i) {
            if (skipped + i >= rest_.size()) {
                more = true;
                return;
            }
            const char c = rest_[skipped + i];
            if ((letters == Case::any ? lower(c) : c) != form[i]) return;
        }
        steps[count++] = {skipped + form.size(), units};
    }

    bool begins_with(char c) const { return !rest_.empty() && rest_[0] == c; }

    std::array<Place, 12> steps{};
    std::size_t count = 0;
    bool more = false;

private:
    std::string_view rest_;
};

// ---------------------------------------------------------------------------- text

/// The code point at the beginning of `text`, and its bytes; 0 bytes for no UTF-8 (RFC 3629).
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 0;
};

CodePoint code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
    if (bytes == 0 || text.size() < bytes) return {};
    std::uint32_t value = first & (0xFFu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3F);
    }
    return {value, bytes};
}

std::string utf16_unit(std::uint32_t value) {
    std::string out = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += digits[value >> shift & 15];
    return out;
}

std::string utf16(std::uint32_t value) {
    if (value < 0x10000) return utf16_unit(value);
    value -= 0x10000; // a surrogate pair (RFC 8259, 7)
    return utf16_unit(0xD800 + (value >> 10)) + utf16_unit(0xDC00 + (value & 0x3FF));
}

std::string hex_of(unsigned char c) {
    return {digits[c >> 4], digits[c & 15]};
}

std::string octal_of(unsigned char c) {
    return {static_cast<char>('0' + (c >> 6)), static_cast<char>('0' + (c >> 3 & 7)),
            static_cast<char>('0' + (c & 7))};
}

void look_for_escapes(std::string_view secret, Ways& ways) {
    constexpr std::string_view letters = "abfnrtv", meanings = "\a\b\f\n\r\t\v";
    const char c = secret[0];
    const auto byte = static_cast<unsigned char>(c);
    const bool letter_or_digit = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
    if (const auto at = meanings.find(c); at != std::string_view::npos)
        ways.look(std::string{'\\', letters[at]}, 1, Case::exact);
    else if (!letter_or_digit && byte < 0x80)
        ways.look(std::string{'\\', c}, 1, Case::exact);
    ways.look("\\x" + hex_of(byte), 1, Case::any);
    ways.look("\\" + octal_of(byte), 1, Case::exact);
    const CodePoint point = code_point(secret);
    if (point.bytes > 0) ways.look(utf16(point.value), point.bytes, Case::any);
    if (byte >= 0x80) ways.look(utf16_unit(byte), 1, Case::any); // bytes taken for Latin-1
}

void look_for_text(std::string_view secret, Ways& ways) {
    const char c = secret[0];
    ways.look({&c, 1}, 1, Case::exact);
    if (c == ' ') ways.look("+", 1, Case::exact); // application/x-www-form-urlencoded
    if (ways.begins_with('%')) ways.look("%" + hex_of(static_cast<unsigned char>(c)), 1, Case::any);
    if (ways.begins_with('\\')) look_for_escapes(secret, ways);
}

// ---------------------------------------------------------------------------- base64

/// The bits that a base64 character shares with the secret.
struct Sextet {
    unsigned value = 0, mask = 0;
};

/// Character `unit` of those that hold bits of the secret, if `alignment` bytes come before it.
Sextet sextet(std::string_view secret, unsigned alignment, std::size_t unit) {
    const std::size_t first = alignment * 8 / 6 * 6 + unit * 6; // bits from where the encoding begins
    Sextet out;
    for (std::size_t bit = first; bit < first + 6; ++bit) {
        const bool ours = bit >= alignment * 8 && bit < (alignment + secret.size()) * 8;
        const std::size_t in = bit - alignment * 8;
        const unsigned set = ours ? static_cast<unsigned char>(secret[in / 8]) >> (7 - in % 8) & 1u : 0u;
        out.value = out.value << 1 | set;
        out.mask = out.mask << 1 | (ours ? 1u : 0u);
    }
    return out;
}

int sextet_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/// The character itself; inside a URL or JSON it may be escaped.
void look_for_character(const Sextet& wanted, std::string_view rest, std::size_t skipped, Ways& ways) {
    const auto fits = [&](int six) {
        return six >= 0 && (static_cast<unsigned>(six) & wanted.mask) == wanted.value;
    };
    if (skipped == rest.size())
        ways.more = true;
    else if (fits(sextet_of(rest[skipped])))
        ways.look(rest.substr(skipped, 1), 1, Case::exact, skipped);
    if (fits(62)) ways.look("%2b", 1, Case::any, skipped);
    if (fits(63)) ways.look("%2f", 1, Case::any, skipped);
    if (fits(63)) ways.look("\\/", 1, Case::exact, skipped);
}

/// Two characters must have been seen before a line may end: else half of all lines would be held back.
constexpr std::size_t units_before_line_end = 2;

void look_for_base64(const Sextet& wanted, std::size_t unit, std::string_view rest, Ways& ways) {
    look_for_character(wanted, rest, 0, ways);
    if (unit < units_before_line_end || rest.empty()) return;
    for (const std::string_view end : {"\n", "\r\n", "\\n", "\\r\\n"}) {
        if (rest.starts_with(end))
            look_for_character(wanted, rest, end.size(), ways);
        else if (end.starts_with(rest))
            ways.more = true;
    }
}

std::size_t units_of(std::string_view secret, Encoding encoding, unsigned alignment) {
    if (encoding != Encoding::base64) return secret.size();
    return ((alignment + secret.size()) * 8 + 5) / 6 - alignment * 8 / 6;
}

} // namespace

FormMatch match_form(std::string_view secret, Encoding encoding, unsigned alignment, std::string_view text) {
    const std::size_t units = units_of(secret, encoding, alignment);
    FormMatch match;
    std::set<Place> later; // only where a byte can be read in two ways
    for (Place now;;) {
        if (now.unit == units) {
            match.length = std::max(match.length, now.at);
        } else {
            const std::string_view rest = text.substr(now.at);
            Ways ways(rest);
            if (encoding == Encoding::base64)
                look_for_base64(sextet(secret, alignment, now.unit), now.unit, rest, ways);
            else if (encoding == Encoding::hex)
                ways.look(hex_of(static_cast<unsigned char>(secret[now.unit])), 1, Case::any);
            else
                look_for_text(secret.substr(now.unit), ways);
            match.more = match.more || ways.more;
            for (std::size_t i = 1; i < ways.count; ++i)
                later.insert({now.at + ways.steps[i].at, now.unit + ways.steps[i].unit});
            if (ways.count > 0) {
                now = {now.at + ways.steps[0].at, now.unit + ways.steps[0].unit};
                if (later.empty() || now < *later.begin()) continue;
                later.insert(now);
            }
        }
        if (later.empty()) return match;
        now = *later.begin();
        later.erase(later.begin());
    }
}

} // namespace slipway::support
