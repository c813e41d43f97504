// SPDX-License-Identifier: GPL-3.0-or-later
#include <local_checks.hpp>
#include <quoted.hpp>
#include <sources.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>

namespace slipway::stackbrew {

namespace {

void check_latest(const File& file, const Paragraph& entry, std::vector<Problem>& out) {
    for (const Field* field : {entry.find("Tags"), file.effective(entry, "SharedTags")})
        for (const Item& item : file.items(field))
            if (item.text != "latest" && item.text.find("latest") != std::string::npos)
                out.push_back({item.line, "tag " + quoted(item.text)
                                              + " has 'latest' in it, which only 'latest' may be"});
}

void check_builders(const File& file, const Paragraph& entry, std::vector<Problem>& out) {
    for (const Source& source : sources(file, entry)) {
        const std::string name(unfolded(source.builder));
        if (!name.empty() && name != "buildkit" && name != "classic" && name != "oci-import")
            out.push_back({entry.fields.front().line,
                           "Builder " + quoted(name) + " is not one of buildkit, classic and oci-import"});
    }
}

/// bashbrew makes one entry of those that build the same.
std::map<std::string, std::vector<const Paragraph*>> by_shared_tag(const File& file) {
    std::map<std::string, std::vector<const Paragraph*>> out;
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i) {
        const Paragraph& entry = file.paragraphs[i];
        for (const std::string& tag : shared_tags_of(file, entry)) {
            auto& list = out[tag];
            const auto same = [&](const Paragraph* other) {
                return sources(file, *other) == sources(file, entry)
                       && constraints_of(file, *other) == constraints_of(file, entry);
            };
            if (std::ranges::none_of(list, same)) list.push_back(&entry);
        }
    }
    return out;
}

void check_shared(const File& file, std::vector<Problem>& out) {
    for (const auto& [tag, entries] : by_shared_tag(file)) {
        std::map<std::string, std::size_t> lines;
        for (const Paragraph* entry : entries)
            for (const Source& source : sources(file, *entry)) {
                const std::size_t line = entry->fields.front().line;
                const auto [it, fresh] = lines.try_emplace(source.architecture, line);
                if (!fresh && source.architecture != "windows-amd64")
                    out.push_back({line, "shared tag " + quoted(tag) + " is there twice for "
                                             + source.architecture + " (first in the entry in line "
                                             + std::to_string(it->second) + ")"});
            }
    }
}

void in_order(std::vector<Problem>& problems) {
    std::ranges::stable_sort(problems, {}, &Problem::line);
    const auto same = [](const Problem& a, const Problem& b) { return a.line == b.line && a.what == b.what; };
    problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
}

} // namespace

std::vector<Problem> check_locally(const File& file) {
    std::vector<Problem> out = folded_values(file);
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i) {
        check_latest(file, file.paragraphs[i], out);
        check_builders(file, file.paragraphs[i], out);
    }
    check_shared(file, out);
    in_order(out);
    return out;
}

std::vector<Problem> local_doubts(const File& file) {
    std::vector<Problem> out;
    for (std::size_t i = 1; i < file.paragraphs.size(); ++i)
        for (const Source& source : sources(file, file.paragraphs[i])) {
            const bool by_git = source.builder == "oci-import" || source.builder == "classic";
            if (!by_git && !source.repository.ends_with(".git")
                && !source.repository.starts_with("https://github.com/"))
                out.push_back(
                    {file.paragraphs[i].fields.front().line,
                     "GitRepo " + quoted(source.repository)
                         + " does not end in '.git', so BuildKit cannot tell that it is a repository"});
        }
    in_order(out);
    return out;
}

} // namespace slipway::stackbrew
