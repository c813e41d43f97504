// SPDX-License-Identifier: GPL-3.0-or-later
#include <support/text.hpp>
#include <url.hpp>

#include <algorithm>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Undo percent-encoding (RFC 3986, 2.1); what is no such triplet stays.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
        if (low >= 0) i += 2;
    }
    return out;
}

/// The folder of a file:// URL (RFC 8089: no host, or localhost).
Result<RemoteUrl> parse_file(RemoteUrl url, std::string_view rest) {
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (!rest.starts_with('/'))
        return Error{Kind::unsupported, "remote '" + url.text + "': file:// URL of another machine",
                     "write file:///PATH, with three slashes"};
    url.path = decoded(rest);
    return url;
}

bool is_plain(const std::string& word) {
    const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
    return !word.starts_with('-') && std::none_of(word.begin(), word.end(), odd);
}

Error malformed(const std::string& why) {
    return Error{Kind::config, "remote: " + why,
                 "write https://HOST/OWNER/NAME.git, ssh://USER@HOST/PATH, or a path"};
}

/// "user@host:port" or "user@[::1]:port" (RFC 3986, 3.2).
Result<void> parse_authority(RemoteUrl& url, const std::string& authority) {
    const std::size_t at = authority.rfind('@');
    std::string place = at == std::string::npos ? authority : authority.substr(at + 1);
    const std::string user = at == std::string::npos ? "" : authority.substr(0, at);
    if (user.find(':') != std::string::npos || (url.scheme == Scheme::https && !user.empty()))
        return Error{Kind::config, "remote: the URL holds a user name or a password",
                     url.scheme == Scheme::https
                         ? "take it out and use the options \"user\" and \"token\": {\"secret\": NAME}"
                         : "take the password out and use \"ssh\": {\"key\": ...}"};
    url.user = decoded(user);
    const std::size_t bracket = place.find(']');
    const std::size_t colon = place.find(':', bracket == std::string::npos ? 0 : bracket);
    url.host = place.substr(0, colon);
    if (url.host.starts_with('[') && url.host.ends_with(']') && url.scheme == Scheme::ssh)
        url.host = url.host.substr(1, url.host.size() - 2);
    if (colon != std::string::npos) url.port = place.substr(colon + 1);
    if (url.port.find_first_not_of("0123456789") != std::string::npos || url.port.size() > 5)
        return malformed("'" + support::printable(url.port) + "' is no port");
    if (url.host.empty()) return malformed("the URL has no host");
    // ssh would take a leading '-' for an option of its own.
    if (!is_plain(url.host) || !is_plain(url.user)) return malformed("no such host or user can be");
    return {};
}

} // namespace

Result<RemoteUrl> parse_url(const std::string& text) {
    RemoteUrl url;
    url.text = url.path = text;
    const std::size_t mark = text.find("://");
    if (text.find('\0') != std::string::npos) return malformed("the text holds a NUL");
    if (mark == std::string::npos) return url;
    const std::string scheme = text.substr(0, mark), rest = text.substr(mark + 3);
    if (scheme == "file") return parse_file(std::move(url), rest);
    // Only the scheme is shown: the rest may hold a password.
    if (scheme != "https" && scheme != "ssh")
        return Error{Kind::unsupported, "remote: '" + support::printable(scheme) + "' URLs are not supported",
                     "use https:// or ssh://, or the path of a bare repository on this machine"};
    url.scheme = scheme == "ssh" ? Scheme::ssh : Scheme::https;
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos || slash + 1 == rest.size())
        return malformed("the URL names no repository");
    SLIPWAY_TRY(parse_authority(url, rest.substr(0, slash)));
    url.path = rest.substr(slash);
    if (url.scheme == Scheme::https) {
        if (!is_plain(url.path) || url.path.find_first_of("?#") != std::string::npos)
            return malformed("the path has spaces, control characters, '?' or '#'");
        while (url.path.ends_with('/'))
            url.path.pop_back();
        return url;
    }
    url.path = decoded(url.path);
    if (url.path.starts_with("/~")) url.path.erase(0, 1); // git's own reading of ssh://host/~user/path
    return url;
}

} // namespace slipway::git_publish
