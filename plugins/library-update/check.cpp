// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>

namespace slipway::stackbrew {

namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string quoted(std::string_view text) {
    return "'" + support::printable(text) + "'";
}

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
        if (file_.items(maintainers).empty())
            add(global.fields.front().line, "missing Maintainers in the first paragraph");
        check_maintainers(maintainers);
        if (const Field* tags = global.find("Tags"))
            add(tags->line, "Tags in the first paragraph, which is global");
    }

    void check_maintainers(const Field* field) {
        for (const Item& item : file_.items(field))
            if (!is_maintainer(item.text))
                add(item.line, "maintainer " + quoted(item.text)
                                   + " is not of the form 'Name <email> (@github-handle)'");
    }

    void check_entry(const Paragraph& entry) {
        const std::size_t line = entry.fields.front().line;
        check_maintainers(entry.find("Maintainers"));
        if (file_.items(entry.find("Tags")).empty()) add(line, "missing Tags");
        check_tags(entry);
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
            add(item.line, "an empty tag: a comma too many");
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

bool is_fetch_ref(std::string_view text) {
    constexpr std::string_view heads = "refs/heads/";
    constexpr std::string_view tags = "refs/tags/";
    const std::size_t prefix = text.starts_with(heads)  ? heads.size()
                               : text.starts_with(tags) ? tags.size()
                                                        : 0;
    return prefix > 0 && text.size() > prefix && has_none_of(text.substr(prefix), "*?:\n");
}

bool is_maintainer(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const std::size_t open = text.rfind("(@");
    if (open == std::string_view::npos || open == 0 || !text.ends_with(")")) return false;
    const std::string_view handle = text.substr(open + 2, text.size() - open - 3);
    if (handle.empty() || !has_none_of(handle, "<>() \t\n\v\f\r")) return false;
    std::string_view name = text.substr(0, open);
    const auto trim_end = [&] { name = name.substr(0, name.find_last_not_of(blanks) + 1); };
    if (blanks.find(name.back()) == std::string_view::npos) return false;
    trim_end();
    if (name.ends_with(">")) {
        const std::size_t angle = name.rfind('<');
        if (angle == std::string_view::npos || angle == 0) return false;
        const std::string_view address = name.substr(angle + 1, name.size() - angle - 2);
        if (address.empty() || !has_none_of(address, "<>() \t\n\v\f\r")) return false;
        name = name.substr(0, angle);
        if (blanks.find(name.back()) == std::string_view::npos) return false;
        trim_end();
    }
    return !name.empty() && has_none_of(name, "<>()");
}

std::vector<Problem> check(const File& file) {
    return Checker(file).run();
}

std::vector<Problem> doubts(const File& file) {
    std::vector<Problem> out;
    for (const Paragraph& paragraph : file.paragraphs)
        for (const Field& field : paragraph.fields)
            if (const Field* last = paragraph.find(field.key); last != &field)
                out.push_back({field.line, "'" + support::printable(field.key) + "' stands again in line "
                                               + std::to_string(last->line)
                                               + " of the same paragraph, and only that one counts"});
    return out;
}

} // namespace slipway::stackbrew
