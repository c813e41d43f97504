// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <repository.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// Percent-encode what may not stand in a path segment (RFC 3986, 3.3), but for the characters in `also`.
std::string escape(std::string_view text, std::string_view also) {
    std::string out;
    for (const char c : text)
        if (is_alphanumeric(c) || is_one_of(c, "-._~!$&'()*+,;=:@") || is_one_of(c, also))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

std::vector<std::string> urls_on(const std::vector<std::string>& servers, const std::string& repository,
                                 std::string_view architecture, std::string_view file) {
    std::vector<std::string> urls;
    for (std::string server : servers) {
        replace_all(server, "$repo", repository);
        replace_all(server, "$arch", architecture);
        while (!server.empty() && server.back() == '/')
            server.pop_back();
        urls.push_back(escape(server, "/?#[]%") + "/" + escape(file, ""));
    }
    return urls;
}

} // namespace

Result<void> check_repository_name(const std::string& name) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || is_one_of(c, "@._+-"); };
    if (name == "local")
        return Error{Kind::config,
                     "repository 'local': the name belongs to the database of installed packages",
                     "give the repository another name"};
    if (name.empty() || is_one_of(name.front(), ".-") || !std::all_of(name.begin(), name.end(), allowed))
        return Error{Kind::config, "repository '" + support::printable(name) + "': not a usable name",
                     "use letters, digits and @ . _ + - and begin with none of . -"};
    return {};
}

Result<void> check_file_name(const std::string& name) {
    const auto bad = [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (name.empty() || name.front() == '.' || name.size() > 255
        || std::any_of(name.begin(), name.end(), bad))
        return Error{Kind::verify,
                     "file name '" + support::printable(name.substr(0, 255)) + "': not a plain file name"};
    return {};
}

std::vector<std::string> urls_of(const Repository& repository, std::string_view architecture,
                                 std::string_view file) {
    return urls_on(repository.servers, repository.name, architecture, file);
}

std::vector<std::string> package_urls(const Repository& repository, std::string_view architecture,
                                      std::string_view file) {
    auto urls = urls_on(repository.cache_servers, repository.name, architecture, file);
    const auto more = urls_of(repository, architecture, file);
    urls.insert(urls.end(), more.begin(), more.end());
    return urls;
}

std::string snapshot_server(std::string_view archive, std::string_view day) {
    while (archive.ends_with('/'))
        archive.remove_suffix(1);
    return std::string(archive) + "/repos/" + std::string(day) + "/$repo/os/$arch";
}

std::string url_tail(std::string_view file) {
    return escape(file, "");
}

} // namespace slipway::pacman_fetch
