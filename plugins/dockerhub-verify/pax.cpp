// SPDX-License-Identifier: GPL-3.0-or-later
#include "pax.hpp"

#include <support/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <set>

namespace slipway::verify {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr std::string_view xattr_prefix = "SCHILY.xattr.", libarchive_prefix = "LIBARCHIVE.xattr.";

Error broken() {
    return {Kind::verify, "a broken extended header"};
}

template <class Number>
Result<Number> number(std::string_view text) {
    Number value{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || text.starts_with('-') != (value < 0))
        return Error{Kind::verify,
                     "'" + support::printable(text.substr(0, 40)) + "' in an extended header is no number"};
    return value;
}

/// "-1.25" is 2 seconds before 1970 and 750,000,000 nanoseconds more.
Result<void> take_time(std::string_view text, Extended& extended) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    SLIPWAY_TRY_ASSIGN(std::int64_t seconds, number<std::int64_t>(text.substr(0, dot)));
    std::string fraction(text.substr(std::min(dot + 1, text.size())));
    if (fraction.find_first_not_of("0123456789") != std::string::npos) return broken();
    fraction.resize(9, '0');
    SLIPWAY_TRY_ASSIGN(std::int64_t nanoseconds, number<std::int64_t>(fraction));
    if (text.starts_with('-') && nanoseconds > 0) {
        if (seconds == std::numeric_limits<std::int64_t>::min()) return broken();
        --seconds;
        nanoseconds = 1'000'000'000 - nanoseconds;
    }
    extended.mtime = seconds;
    extended.mtime_nsec = nanoseconds;
    return {};
}

/// Keys that change nothing of what a container sees. "charset" and the like do not belong here.
bool is_harmless(std::string_view key) {
    static constexpr std::array<std::string_view, 8> keys{
        "atime", "ctime", "comment", "uname", "gname", "LIBARCHIVE.creationtime", "SCHILY.dev", "SCHILY.ino"};
    return std::ranges::find(keys, key) != keys.end() || key == "SCHILY.nlink";
}

class Records {
public:
    explicit Records(const Odd& odd) : odd_(odd) {}

    Result<void> take(const std::string& key, std::string_view value) {
        if (!seen_.insert(key).second) odd_("the extended header '" + support::printable(key) + "' twice");
        // Go's archive/tar takes an empty value for none, others for an empty one.
        if (value.empty() && key != "comment")
            odd_("the extended header '" + support::printable(key) + "' without a value");
        if (key.starts_with("GNU.sparse.") || key == "SCHILY.realsize")
            return Error{Kind::verify, "a sparse file"};
        if (key == "size") return assign(extended_.size, value);
        if (key == "uid") return assign(extended_.uid, value);
        if (key == "gid") return assign(extended_.gid, value);
        if (key == "mtime") return take_time(value, extended_);
        if (key == "path" || key == "linkpath") return take_name(key, value);
        if (key.starts_with(xattr_prefix)) {
            extended_.xattrs[key.substr(xattr_prefix.size())] = value;
        } else if (key.starts_with(libarchive_prefix)) {
            libarchive_.insert(key.substr(libarchive_prefix.size()));
        } else if (key == "hdrcharset") {
            if (value != "BINARY" && value != "ISO-IR 10646 2000 UTF-8") odd_("another character set");
        } else if (!is_harmless(key)) {
            odd_("the extended header '" + support::printable(key.substr(0, 100)) + "'");
        }
        return {};
    }

    Extended finish() {
        // Docker and containerd read SCHILY's alone, libarchive both.
        for (const std::string& name : libarchive_)
            if (!extended_.xattrs.contains(name)) odd_("an attribute that only libarchive would read");
        return std::move(extended_);
    }

private:
    template <class Number>
    Result<void> assign(std::optional<Number>& field, std::string_view value) {
        SLIPWAY_TRY_ASSIGN(const Number n, number<Number>(value));
        if (n < 0) odd_("a negative number");
        field = n;
        return {};
    }

    Result<void> take_name(const std::string& key, std::string_view value) {
        if (value.find('\0') != std::string_view::npos) return broken();
        if (!value.empty()) (key == "path" ? extended_.path : extended_.link) = std::string(value);
        return {};
    }

    const Odd& odd_;
    Extended extended_;
    std::set<std::string> seen_, libarchive_;
};

} // namespace

Result<Extended> parse_extended(std::string_view text, const Odd& odd) {
    Records records(odd);
    while (!text.empty()) { // "LENGTH KEY=VALUE\n"; LENGTH counts its own digits, too
        const std::size_t space = text.find(' ');
        if (space == std::string_view::npos || space > 7) return broken();
        SLIPWAY_TRY_ASSIGN(const auto length, number<std::size_t>(text.substr(0, space)));
        if (length <= space + 1 || length > text.size() || text[length - 1] != '\n') return broken();
        const std::string_view record = text.substr(space + 1, length - space - 2);
        const std::size_t equals = record.find('=');
        if (equals == std::string_view::npos || equals == 0) return broken();
        const std::string key(record.substr(0, equals));
        if (key.find('\0') != std::string::npos) return broken();
        SLIPWAY_TRY(records.take(key, record.substr(equals + 1)));
        text.remove_prefix(length);
    }
    return records.finish();
}

} // namespace slipway::verify
