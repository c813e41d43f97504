// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <dated_tag.hpp>
#include <move.hpp>
#include <splice.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

std::string quoted(std::string_view text) {
    return "'" + support::printable(text) + "'";
}

std::string_view bare_url(std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return url.ends_with(".git") ? url.substr(0, url.size() - 4) : url;
}

/// What must be known of an entry before anything is changed.
struct Entry {
    const Paragraph* paragraph;
    Dating dating;
    std::vector<Item> tags; ///< Tags, then its own SharedTags
    bool older_release;     ///< all of its tags are dated
    bool moves = false;
    bool removed = false;
};

class Mover {
public:
    Mover(const File& file, const Release& release, const MoveOptions& options)
        : file_(file), release_(release), options_(options), splice_(file) {}

    Result<Edited> run() {
        read_entries();
        SLIPWAY_TRY(select());
        for (const Entry& entry : entries_)
            if (entry.moves) move(entry);
        set_inherited();
        for (const auto& [line, text] : kept_)
            splice_.insert_below(line, text);
        edited_.text = splice_.apply();
        return std::move(edited_);
    }

private:
    std::string_view value(const Entry& entry, std::string_view key) const {
        return file_.value(*entry.paragraph, key);
    }

    void read_entries() {
        for (std::size_t i = 1; i < file_.paragraphs.size(); ++i) {
            const Paragraph& paragraph = file_.paragraphs[i];
            Entry entry{&paragraph, {}, file_.items(paragraph.find("Tags")), true};
            std::ranges::move(file_.items(paragraph.find("SharedTags")), std::back_inserter(entry.tags));
            entry.dating = {std::string(git_tag_of(value(entry, "GitFetch"))), options_.tag};
            entry.older_release = std::ranges::all_of(
                entry.tags, [&](const Item& tag) { return dated(tag.text, entry.dating).has_value(); });
            entries_.push_back(std::move(entry));
        }
    }

    Result<void> select() {
        if (!options_.entries.empty()) return select_named();
        const auto choose = [&](auto&& ours) {
            bool any = false;
            for (Entry& entry : entries_)
                if (!entry.older_release && ours(entry)) any = entry.moves = true;
            return any;
        };
        if (choose(
                [&](const Entry& e) { return bare_url(value(e, "GitRepo")) == bare_url(release_.remote); }))
            return {};
        if (choose([&](const Entry& e) { return !e.dating.git_tag.empty(); })) {
            edited_.warnings.push_back("no entry has the release's remote " + quoted(release_.remote)
                                       + " as GitRepo: taking those whose GitFetch is a tag");
            return {};
        }
        return Error{Kind::not_found, "no entry comes from " + quoted(release_.remote) + " or from a tag",
                     "name the entries to move by one of their tags in the option 'entries'"};
    }

    Result<void> select_named() {
        std::vector<std::string> known;
        for (const Entry& entry : entries_)
            for (const Item& tag : entry.tags)
                known.push_back(tag.text);
        for (const std::string& name : options_.entries) {
            bool found = false;
            for (Entry& entry : entries_)
                if (std::ranges::any_of(entry.tags, [&](const Item& tag) { return tag.text == name; }))
                    found = entry.moves = true;
            if (!found) {
                const auto near = support::nearest(name, known);
                return Error{Kind::not_found, "no entry has the tag " + quoted(name),
                             near ? "did you mean '" + *near + "'?"
                                  : "the tags are " + support::join(known, ", ")};
            }
        }
        return {};
    }

    void move(const Entry& entry) {
        const std::string old_ref(value(entry, "GitFetch"));
        const std::string old_commit(value(entry, "GitCommit"));
        Moved moved{entry.tags.front().text, old_ref, old_commit};
        const bool new_release = old_ref != release_.ref;
        bool changed = rename_tags(entry);
        changed = set(entry, "GitFetch", old_ref, release_.ref) || changed;
        changed = set(entry, "GitCommit", old_commit, release_.commit) || changed;
        changed = move_architectures(entry, old_ref) || changed;
        if (new_release) moved.kept = keep(entry);
        if (new_release) drop_older(entry, moved.kept ? options_.keep - 1 : options_.keep);
        if (changed) edited_.moved.push_back(std::move(moved));
    }

    /// The name of the new release in a tag that was taken apart so.
    std::string new_name(const DatedTag& old) const {
        if (!options_.tag.empty()) return options_.tag;
        return std::string(old.without_v ? strip_v(release_.tag) : std::string_view(release_.tag));
    }

    bool rename_tags(const Entry& entry) {
        bool changed = false;
        for (const Item& tag : entry.tags) {
            const auto old = dated(tag.text, entry.dating);
            if (!old) continue;
            std::string renamed = old->prefix + new_name(*old) + old->suffix;
            if (renamed == tag.text) continue;
            splice_.replace(tag.span, std::move(renamed));
            changed = true;
        }
        return changed;
    }

    bool set(const Entry& entry, const std::string& key, std::string_view old, const std::string& wanted) {
        if (old == wanted) return false;
        if (const Field* own = entry.paragraph->find(key))
            splice_.replace(own->first, wanted);
        else
            inherited_[key].emplace(entry.paragraph, wanted);
        return true;
    }

    /// ARCH-GitFetch and ARCH-GitCommit of architectures that stood where the entry stood.
    bool move_architectures(const Entry& entry, std::string_view old_ref) {
        std::set<std::string> architectures;
        for (const Paragraph* paragraph : {entry.paragraph, &file_.paragraphs.front()})
            for (const Field& field : paragraph->fields)
                for (const std::string_view suffix : {"-GitFetch", "-GitCommit"})
                    if (field.key.ends_with(suffix))
                        architectures.insert(field.key.substr(0, field.key.size() - suffix.size()));
        bool changed = false;
        for (const std::string& architecture : architectures) {
            const std::string fetch = architecture + "-GitFetch";
            const std::string commit = architecture + "-GitCommit";
            const auto own_ref = value(entry, fetch);
            if (!own_ref.empty() && own_ref != old_ref) continue;
            if (!own_ref.empty()) changed = set(entry, fetch, own_ref, release_.ref) || changed;
            if (const auto old = value(entry, commit); !old.empty())
                changed = set(entry, commit, old, release_.commit) || changed;
        }
        return changed;
    }

    /// Values from the global paragraph: changed there if that hits nobody else.
    void set_inherited() {
        for (const auto& needed : inherited_) {
            const auto& key = needed.first; // no binding: clang 14 cannot capture one
            const auto& wanted = needed.second;
            const Field* global = file_.paragraphs.front().find(key);
            const bool all = std::ranges::all_of(entries_, [&](const Entry& entry) {
                return entry.removed || entry.paragraph->find(key) != nullptr
                       || wanted.contains(entry.paragraph);
            });
            if (global != nullptr && all) {
                splice_.replace(global->first, wanted.begin()->second);
                continue;
            }
            for (const auto& [paragraph, text] : wanted)
                splice_.insert_below(paragraph->find("Tags")->last_line, key + ": " + text + "\n");
        }
    }

    /// The entry as it was, with its dated tags only, below it. False if it has none or none is to stay.
    bool keep(const Entry& entry) {
        if (options_.keep == 0) return false;
        std::string lines = kept_tags(entry, "Tags");
        if (lines.empty()) {
            edited_.warnings.push_back("entry " + quoted(entry.tags.front().text)
                                       + " has no dated tag among its "
                                       + "Tags: the release it leaves is not kept");
            return false;
        }
        lines += kept_tags(entry, "SharedTags");
        for (const Field& field : entry.paragraph->fields)
            if (field.key != "Tags" && field.key != "SharedTags"
                && entry.paragraph->find(field.key) == &field)
                lines += lines_of(file_, field);
        for (const auto& [key, wanted] : inherited_)
            if (wanted.contains(entry.paragraph)) lines += key + ": " + std::string(value(entry, key)) + "\n";
        kept_.emplace_back(entry.paragraph->last_line, "\n" + lines);
        return true;
    }

    std::string kept_tags(const Entry& entry, const std::string& key) const {
        std::vector<std::string> names;
        for (const Item& tag : file_.items(entry.paragraph->find(key)))
            if (dated(tag.text, entry.dating)) names.push_back(tag.text);
        return names.empty() ? "" : key + ": " + support::join(names, ", ") + "\n";
    }

    /// Takes out the older releases of `entry` beyond the first `left`, and one that the new release
    /// replaces.
    void drop_older(const Entry& entry, std::size_t left) {
        const auto mine = first_dated(entry);
        if (!mine) return;
        for (Entry& other : entries_) {
            if (!other.older_release || other.moves || other.removed) continue;
            const auto theirs = first_dated(other);
            if (!theirs || theirs->prefix != mine->prefix || theirs->suffix != mine->suffix) continue;
            if (theirs->name != new_name(*mine) && left > 0) {
                --left;
                continue;
            }
            other.removed = true;
            splice_.remove(*other.paragraph);
            edited_.dropped.push_back(other.tags.front().text);
        }
    }

    static std::optional<DatedTag> first_dated(const Entry& entry) {
        for (const Item& tag : entry.tags)
            if (auto found = dated(tag.text, entry.dating)) return found;
        return std::nullopt;
    }

    const File& file_;
    const Release& release_;
    const MoveOptions& options_;
    Splice splice_;
    std::vector<Entry> entries_;
    std::map<std::string, std::map<const Paragraph*, std::string>> inherited_; // key to who needs what
    std::vector<std::pair<std::size_t, std::string>> kept_; // below which line, and the entry
    Edited edited_;
};

/// The first problem as an error, the others as its trace.
Error refusal(Kind kind, const std::string& before, const std::vector<Problem>& problems, std::string hint) {
    const auto text = [](const Problem& p) { return "line " + std::to_string(p.line) + ": " + p.what; };
    Error error{kind, before + text(problems.front()), std::move(hint)};
    for (std::size_t i = 1; i < problems.size(); ++i)
        error.trace.push_back(text(problems[i]));
    return error;
}

Result<void> check_release(const Release& release, const MoveOptions& options) {
    if (!is_commit(release.commit))
        return Error{Kind::config,
                     "release: commit " + quoted(release.commit) + " is not 40 or 64 lower-case hex digits"};
    if (git_tag_of(release.ref).empty() || !is_fetch_ref(release.ref))
        return Error{Kind::config, "release: ref " + quoted(release.ref) + " is not refs/tags/NAME"};
    const std::string& tag = options.tag.empty() ? release.tag : options.tag;
    if (!is_tag(tag))
        return Error{Kind::config, "release: " + quoted(tag) + " is no tag that Docker takes",
                     "set the option 'tag' to at most 128 of [A-Za-z0-9_.-]"};
    return {};
}

} // namespace

Result<Edited> move_to_release(const File& file, const Release& release, const MoveOptions& options) {
    SLIPWAY_TRY(check_release(release, options));
    if (const auto problems = check(file); !problems.empty())
        return refusal(Kind::config, "", problems, "correct the file by hand; nothing was changed");
    SLIPWAY_TRY_ASSIGN(auto edited, Mover(file, release, options).run());
    SLIPWAY_TRY_ASSIGN(const auto again, parse(edited.text));
    if (const auto problems = check(again); !problems.empty())
        return refusal(Kind::conflict, "the edited file would not be valid: ", problems,
                       "name the entries to move in the option 'entries', or choose another 'tag'");
    return edited;
}

} // namespace slipway::stackbrew
