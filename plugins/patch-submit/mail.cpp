// SPDX-License-Identifier: GPL-3.0-or-later
#include <common/mime.hpp>
#include <mail.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <array>

namespace slipway::patch {

using common::encoded_words;
using common::header_line;
using common::quoted_printable;
using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Where git's mailinfo.c ends the message (patchbreak) or sees headers inside it.
bool is_special(std::string_view line) {
    if (line == "---" || line.starts_with("--- ")) return true;
    constexpr std::array<std::string_view, 7> starts{
        "diff -", "Index: ", "From: ", "Subject: ", "Date: ", "From ", ">From "};
    return std::ranges::any_of(starts, [&](std::string_view start) { return line.starts_with(start); });
}

std::string message(const std::string& body) {
    if (body.empty()) return {};
    std::string out;
    for (const std::string& line : support::split(body, '\n'))
        out += (is_special(line) ? " " : "") + line + "\n";
    while (out.ends_with("\n\n"))
        out.pop_back();
    return out;
}

std::string from_line(const Author& author) {
    std::string name = author.name;
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' '
               || c == '-' || c == '\'';
    };
    if (!std::ranges::all_of(name, plain)) name = encoded_words(name, 6);
    return "From: " + name + " <" + author.email + ">\n";
}

} // namespace

Result<void> check_author(const Author& author) {
    const bool name_good = !author.name.empty() && author.name == support::printable(author.name)
                           && author.name.find_first_of("<>@\"\\()") == std::string::npos
                           && author.name.front() != ' ' && author.name.back() != ' ';
    if (!name_good)
        return Error{Kind::config,
                     "author name '" + support::printable(author.name) + "' is not usable in a commit",
                     "a name without controls, quotes, brackets, '<', '>' and '@'"};
    const auto word = [](char c) {
        return c > ' ' && c <= '~' && c != '<' && c != '>' && c != '(' && c != ')' && c != '"';
    };
    const std::size_t at = author.email.find('@');
    if (!std::ranges::all_of(author.email, word) || at == 0 || at == std::string::npos
        || at + 1 == author.email.size())
        return Error{Kind::config, "author email '" + support::printable(author.email) + "' is no address",
                     "an address of the form name@example.org"};
    return {};
}

Result<void> check_title(const std::string& title) {
    const auto starts = [&](std::string_view start) {
        return title.size() >= start.size()
               && std::equal(start.begin(), start.end(), title.begin(),
                             [](char a, char b) { return a == b || (b >= 'A' && b <= 'Z' && a == b + 32); });
    };
    if (title.front() == '[' || title.front() == ' ' || title.front() == ':' || starts("re:"))
        return Error{Kind::config, "title '" + title + "': git am would take off its beginning",
                     "choose a title that does not start with '[', ':', 'Re:' or a blank"};
    if (title.find("  ") != std::string::npos || title.back() == ' ')
        return Error{Kind::config, "title '" + title + "': git am would take out blanks",
                     "choose a title without double blanks or one at its end"};
    return {};
}

std::string compose(const Change& change, const std::vector<FileDiff>& diffs, const Author& author,
                    std::int64_t epoch) {
    std::string content = message(change.body) + "---\n" + diffstat(diffs) + "\n";
    for (const FileDiff& file : diffs)
        content += file.text;
    content += "-- \nslipway\n\n";
    // git mailsplit takes carriage returns off line ends, but not out of an encoded body.
    const bool encoded = content.find('\r') != std::string::npos;
    return "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n" + from_line(author)
           + "Date: " + support::format_time("%a, %d %b %Y %H:%M:%S +0000", epoch).value_or("") + "\n"
           + header_line("Subject", "[PATCH] " + change.title)
           + "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
           + (encoded ? "quoted-printable" : "8bit") + "\n\n"
           + (encoded ? quoted_printable(content) : content);
}

std::string file_name(const std::string& title) {
    std::string name;
    for (const char c : title) {
        const bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                          || c == '.' || c == '_';
        if (good && !(c == '.' && name.ends_with('.')))
            name += c;
        else if (!good && !name.empty() && name.back() != '-')
            name += '-';
    }
    name = name.substr(0, 52); // git's format-patch: FORMAT_PATCH_NAME_MAX less number and suffix
    while (name.ends_with('-') || name.ends_with('.'))
        name.pop_back();
    return "0001-" + (name.empty() ? "change" : name) + ".patch";
}

} // namespace slipway::patch
