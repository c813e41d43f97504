// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <quoted.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>

namespace slipway::stackbrew {

namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// bashbrew reads a paragraph into a Go struct that has these members too, of types that no value fits.
constexpr std::string_view unreadable_keys[] = {"Paragraph", "Values", "ArchValues"};

class Checker {
public:
    explicit Checker(const File& file) : file_(file) {}

    std::vector<Problem> run() {
        if (file_.paragraphs.empty()) return {{1, "the file has no fields: missing Maintainers"}};
        check_global(file_.paragraphs.front());
        for (std::size_t i = 1; i < file_.paragraphs.size(); ++i)
            check_entry(file_.paragraphs[i]);
        std::stable_sort(problems_.begin(), problems_.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; });
        const auto same = [](const Problem& a, const Problem& b) {
            return a.line == b.line && a.what == b.what;
        };
        problems_.erase(std::unique(problems_.begin(), problems_.end(), same), problems_.end());
        return std::move(problems_);
    }

private:
    void add(std::size_t line, std::string what) { problems_.push_back({line, std::move(what)}); }

    void check_global(const Paragraph& global) {
        const Field* maintainers = global.find("Maintainers");
        if (maintainers == nullptr)
            add(global.fields.front().line, "missing Maintainers in the first paragraph");
        check_maintainers(maintainers);
        if (const Field* tags = global.find("Tags"))
            add(tags->line, "Tags in the first paragraph, which is global");
        check_architectures(global.find("Architectures"));
        check_keys(global);
    }

    void check_architectures(const Field* field) {
        for (const Item& item : file_.items(field))
            if (!is_architecture(item.text))
                add(item.line, "architecture " + quoted(item.text) + " is not one of "
                                   + support::join(architectures(), ", "));
    }

    void check_keys(const Paragraph& paragraph) {
        for (const Field& field : paragraph.fields) {
            if (std::ranges::find(unreadable_keys, field.key) != std::end(unreadable_keys))
                add(field.line, "bashbrew cannot read a file with the key " + quoted(field.key));
        }
    }

    void check_maintainers(const Field* field) {
        for (const Item& item : file_.items(field))
            if (!read_maintainer(item.text))
                add(item.line, "maintainer " + quoted(item.text)
                                   + " is not of the form 'Name <email> (@github-handle)'");
    }

    void check_entry(const Paragraph& entry) {
        const std::size_t line = entry.fields.front().line;
        check_maintainers(entry.find("Maintainers"));
        if (entry.find("Tags") == nullptr) add(line, "missing Tags");
        check_tags(entry);
        check_architectures(entry.find("Architectures"));
        check_keys(entry);
        if (file_.value(entry, "GitRepo").empty()) add(line, "missing GitRepo");
        check_value(entry, "GitFetch", is_fetch_ref, "is not refs/heads/NAME or refs/tags/NAME");
        check_value(entry, "GitCommit", is_commit, "is not a commit of 40 or 64 lower-case hex digits");
    }

    void check_value(const Paragraph& entry, const char* key, bool (*good)(std::string_view),
                     const char* why) {
        const Field* field = file_.effective(entry, key);
        const std::string_view value = file_.value(entry, key);
        if (value.empty())
            add(entry.fields.front().line, std::string("missing ") + key);
        else if (!good(value) && good(unfolded(value)))
            add(field->line, std::string(key) + " goes on in the next line (a line of blanks does, too)");
        else if (!good(value))
            add(field->line, std::string(key) + " " + quoted(value) + " " + why);
    }

    // Tags are unique over the file; one SharedTags name may stand in many entries, but in no Tags.
    void check_tags(const Paragraph& entry) {
        for (const Item& item : file_.items(entry.find("Tags")))
            if (check_grammar(item)) {
                if (const auto it = tags_.find(item.text); it != tags_.end())
                    add_twice(item, it->second);
                else if (const auto shared = shared_.find(item.text); shared != shared_.end())
                    add_twice(item, shared->second);
                tags_.emplace(item.text, item.line);
            }
        for (const Item& item : file_.items(file_.effective(entry, "SharedTags")))
            if (check_grammar(item)) {
                if (const auto it = tags_.find(item.text); it != tags_.end()) add_twice(item, it->second);
                shared_.emplace(item.text, item.line);
            }
    }

    bool check_grammar(const Item& item) {
        if (item.text.empty())
            add(item.line, "an empty tag: a comma too many, or none at all");
        else if (!is_tag(item.text))
            add(item.line,
                "tag " + quoted(item.text) + " is not a letter or digit and at most 127 of [A-Za-z0-9_.-]");
        return is_tag(item.text);
    }

    void add_twice(const Item& item, std::size_t first) {
        add(item.line,
            "tag " + quoted(item.text) + " is used twice (first in line " + std::to_string(first) + ")");
    }

    const File& file_;
    std::vector<Problem> problems_;
    std::map<std::string, std::size_t> tags_;
    std::map<std::string, std::size_t> shared_;
};

bool has_none_of(std::string_view text, std::string_view characters) {
    return text.find_first_of(characters) == std::string_view::npos;
}

} // namespace

bool is_tag(std::string_view text) {
    const auto good = [](char c) { return is_word(c) || c == '.' || c == '-'; };
    return !text.empty() && text.size() <= 128 && is_word(text[0])
           && std::all_of(text.begin(), text.end(), good);
}

bool is_commit(std::string_view text) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), hex);
}

const std::vector<std::string>& architectures() {
    static const std::vector<std::string> names = {"amd64",   "arm32v5", "arm32v6",      "arm32v7",
                                                   "arm64v8", "i386",    "mips64le",     "ppc64le",
                                                   "riscv64", "s390x",   "windows-amd64"};
    return names;
}

bool is_architecture(std::string_view text) {
    return std::ranges::find(architectures(), text) != architectures().end();
}

bool is_fetch_ref(std::string_view text) {
    constexpr std::string_view heads = "refs/heads/";
    constexpr std::string_view tags = "refs/tags/";
    const std::size_t prefix = text.starts_with(heads)  ? heads.size()
                               : text.starts_with(tags) ? tags.size()
                                                        : 0;
    return prefix > 0 && text.size() > prefix && has_none_of(text.substr(prefix), "*?:");
}

std::optional<Maintainer> read_maintainer(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\f\r"; // \s of Go's regexp
    const auto word = [&](std::string_view part) {
        return !part.empty() && has_none_of(part, "<>()") && has_none_of(part, blanks);
    };
    Maintainer found;
    const std::size_t open = text.rfind("(@");
    if (open == std::string_view::npos || open == 0 || !text.ends_with(")")) return std::nullopt;
    found.handle = text.substr(open + 2, text.size() - open - 3);
    if (!word(found.handle)) return std::nullopt;
    std::string_view name = text.substr(0, open);
    /// Takes the blanks off the name's end; there must be some.
    const auto trim_end = [&] {
        const std::size_t size = name.size();
        name = name.substr(0, name.find_last_not_of(blanks) + 1);
        return name.size() < size;
    };
    if (!trim_end()) return std::nullopt;
    if (name.ends_with(">")) {
        const std::size_t angle = name.rfind('<');
        if (angle == std::string_view::npos || angle == 0) return std::nullopt;
        found.address = name.substr(angle + 1, name.size() - angle - 2);
        name = name.substr(0, angle);
        if (!word(found.address) || !trim_end()) return std::nullopt;
    }
    if (name.empty() || !has_none_of(name, "<>()") || !has_none_of(name.substr(0, 1), blanks))
        return std::nullopt;
    found.name = name;
    return found;
}

std::vector<Problem> check(const File& file) {
    return Checker(file).run();
}

std::vector<Problem> folded_values(const File& file) {
    constexpr std::string_view names[] = {"GitRepo", "GitFetch", "Directory", "File", "Builder"};
    std::vector<Problem> out;
    for (const Paragraph& paragraph : file.paragraphs)
        for (const Field& field : paragraph.fields) {
            const std::string_view name = std::string_view(field.key).substr(field.key.rfind('-') + 1);
            const bool counts = paragraph.find(field.key) == &field && std::ranges::count(names, name) > 0;
            if (counts && field.value.find('\n') != std::string::npos)
                out.push_back(
                    {field.line, field.key
                                     + " goes on in the next line (a line of blanks does, too), and the "
                                       "line break becomes part of it"});
        }
    return out;
}

std::vector<Problem> doubts(const File& file) {
    std::vector<Problem> out = folded_values(file);
    for (const std::size_t line : file.orphans)
        out.push_back({line, "continues a value, but no field stands above it: bashbrew ignores the line"});
    for (const Paragraph& paragraph : file.paragraphs)
        for (const Field& field : paragraph.fields)
            if (const Field* last = paragraph.find(field.key); last != &field)
                out.push_back({field.line, "'" + support::printable(field.key) + "' stands again in line "
                                               + std::to_string(last->line)
                                               + " of the same paragraph, and only that one counts"});
    std::ranges::stable_sort(out, {}, &Problem::line);
    return out;
}

} // namespace slipway::stackbrew
