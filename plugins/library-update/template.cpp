// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <sources.hpp>
#include <support/text.hpp>
#include <template.hpp>

#include <algorithm>
#include <map>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

using Values = std::map<std::string, std::string>;

void add(Values& values, const std::string& prefix, const Release& release) {
    for (const auto& [name, value] : {std::pair{"version", release.version},
                                      {"tag", release.tag},
                                      {"ref", release.ref},
                                      {"commit", release.commit},
                                      {"remote", release.remote}})
        values.emplace(prefix + name, value);
}

/// A value that several releases have (of another axis) names none of them.
Values values_of(const std::vector<Release>& releases) {
    Values values;
    if (releases.size() == 1) add(values, "", releases.front());
    std::map<std::string, int> uses;
    for (const Release& release : releases)
        for (const auto& axis : release.variant)
            ++uses[axis.second];
    for (const Release& release : releases)
        for (const auto& axis : release.variant)
            if (uses[axis.second] == 1) add(values, axis.second + ".", release);
    return values;
}

Error bad(std::string_view text, std::size_t at, const std::string& what, std::string hint) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return Error{Kind::config, "line " + std::to_string(line) + ": " + what, std::move(hint)};
}

Error unknown(std::string_view text, std::size_t at, const std::string& name, const Values& values) {
    std::vector<std::string> known;
    for (const auto& [key, value] : values)
        known.push_back(key);
    const auto near = support::nearest(name, known);
    return bad(text, at, "no value for '${" + support::printable(name) + "}'",
               near ? "did you mean '${" + *near + "}'?" : "there are " + support::join(known, ", "));
}

} // namespace

Result<std::string> fill_template(const std::string& text, const std::vector<Release>& releases) {
    const Values values = values_of(releases);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t mark = std::min(text.find("${", at), text.size());
        const bool escaped = mark > at && mark < text.size() && text[mark - 1] == '$';
        out.append(text, at, mark - at - (escaped ? 1 : 0));
        at = mark;
        if (mark == text.size()) break;
        if (escaped) {
            out += "${";
            at = mark + 2;
            continue;
        }
        const std::size_t end = text.find_first_of("}\n", mark);
        if (end == std::string::npos || text[end] == '\n')
            return bad(text, mark, "'${' without '}'", "write '$${' where '${' itself is meant");
        const std::string name = text.substr(mark + 2, end - mark - 2);
        const auto it = values.find(name);
        if (it == values.end()) return unknown(text, mark, name, values);
        out += it->second;
        at = end + 1;
    }
    return out;
}

namespace {

const Paragraph* find_tag(const File& file, const std::string& tag) {
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i)
        if (std::ranges::count(tags_of(file, file.paragraphs[i]), tag) > 0) return &file.paragraphs[i];
    return nullptr;
}

const Paragraph* find_any(const File& file, const std::vector<std::string>& tags) {
    for (const std::string& tag : tags)
        if (const Paragraph* entry = find_tag(file, tag)) return entry;
    return nullptr;
}

} // namespace

Result<Edited> replace_whole(const File& before, const std::string& after) {
    SLIPWAY_TRY_ASSIGN(const File file, parse(after));
    if (const auto problems = check(file); !problems.empty())
        return refusal(Kind::config, "", problems, "correct the template");
    Edited edited{after, {}, {}, {}};
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i) {
        const auto now = [&](const char* key) { return std::string(file.value(file.paragraphs[i], key)); };
        const Paragraph* old = find_any(before, tags_of(file, file.paragraphs[i]));
        if (old == nullptr) continue;
        const auto then = [&](const char* key) { return std::string(before.value(*old, key)); };
        if (then("GitFetch") == now("GitFetch") && then("GitCommit") == now("GitCommit")) continue;
        edited.moved.push_back({tags_of(before, *old), then("GitFetch"), then("GitCommit"), now("GitFetch"),
                                now("GitCommit"), false});
    }
    for (std::size_t i = 1; i < before.paragraphs.size(); ++i) {
        const auto tags = tags_of(before, before.paragraphs[i]);
        if (!tags.empty() && find_any(file, tags) == nullptr) edited.dropped.push_back(tags.front());
    }
    return edited;
}

} // namespace slipway::stackbrew
