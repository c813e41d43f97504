// SPDX-License-Identifier: GPL-3.0-or-later
#include <check.hpp>
#include <move.hpp>
#include <quoted.hpp>
#include <sources.hpp>
#include <splice.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// The folders of a release that hold an OCI image layout (the file oci-layout, by image-spec).
std::vector<std::string> layouts_of(const Release& release) {
    std::vector<std::string> out;
    for (const std::string& file : release.files)
        if (file == "oci-layout" || file.ends_with("/oci-layout"))
            out.push_back(clean_path(file.substr(0, file.size() - std::string_view("oci-layout").size())));
    return out;
}

class Mover {
public:
    Mover(const File& file, const MoveOptions& options, Selection selection)
        : file_(file), options_(options), splice_(file), entries_(std::move(selection.entries)) {
        edited_.warnings = std::move(selection.warnings);
    }

    Result<Edited> run() {
        for (const Entry& entry : entries_)
            if (entry.target != nullptr) SLIPWAY_TRY(move(entry));
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

    Result<void> move(const Entry& entry) {
        const Release& release = entry.target->release;
        const std::string old_ref(unfolded(value(entry, "GitFetch")));
        const std::string old_commit(value(entry, "GitCommit"));
        Moved moved{tags_of(file_, *entry.paragraph), old_ref, old_commit, release.ref, release.commit};
        const bool new_release = old_ref != release.ref;
        bool changed = rename_tags(entry);
        changed = set(entry, "GitFetch", release.ref) || changed;
        changed = set(entry, "GitCommit", release.commit) || changed;
        changed = move_architectures(entry, old_ref, old_commit) || changed;
        SLIPWAY_TRY_ASSIGN(const bool switched, set_builder(entry));
        if (new_release) moved.kept = keep(entry);
        if (new_release) drop_older(entry, moved.kept ? options_.keep - 1 : options_.keep);
        if (changed || switched) edited_.moved.push_back(std::move(moved));
        return {};
    }

    /// The name of the new release in a tag that was taken apart so.
    static std::string new_name(const Target& target, const DatedTag& old) {
        if (!target.tag.empty()) return target.tag;
        return std::string(old.without_v ? strip_v(target.release.tag)
                                         : std::string_view(target.release.tag));
    }

    bool rename_tags(const Entry& entry) {
        bool changed = false;
        for (const Item& tag : entry.tags) {
            const auto old = dated(tag.text, entry.dating);
            if (!old) continue;
            std::string renamed = old->prefix + new_name(*entry.target, *old) + old->suffix;
            if (renamed == tag.text) continue;
            splice_.replace(tag.span, std::move(renamed));
            changed = true;
        }
        return changed;
    }

    bool set(const Entry& entry, const std::string& key, const std::string& wanted) {
        if (value(entry, key) == wanted) return false;
        if (const Field* own = entry.paragraph->find(key))
            replace(*own, wanted);
        else
            inherited_[key].emplace(entry.paragraph, wanted);
        return true;
    }

    /// The value becomes one line; comments inside it stay.
    void replace(const Field& field, const std::string& wanted) {
        splice_.replace(field.first, field.first.begin == field.first.end ? " " + wanted : wanted);
        for (std::size_t line = field.line + 1; line <= field.last_line; ++line)
            if (file_.lines[line - 1].kind == LineKind::continuation) splice_.remove_line(line);
    }

    /// What precedes `suffix` in keys of the entry and of the global paragraph.
    std::set<std::string> architectures(const Entry& entry,
                                        std::initializer_list<std::string_view> suffixes) const {
        std::set<std::string> out;
        for (const Paragraph* paragraph : {entry.paragraph, &file_.paragraphs.front()})
            for (const Field& field : paragraph->fields)
                for (const std::string_view suffix : suffixes)
                    if (field.key.ends_with(suffix))
                        out.insert(field.key.substr(0, field.key.size() - suffix.size()));
        return out;
    }

    /// ARCH-GitFetch and ARCH-GitCommit of architectures that stood where the entry stood. One that stands
    /// elsewhere stays there, if need be with a field of its own.
    bool move_architectures(const Entry& entry, const std::string& old_ref, const std::string& old_commit) {
        const Release& release = entry.target->release;
        bool changed = false;
        for (const std::string& architecture :
             architectures(entry, {"-GitRepo", "-GitFetch", "-GitCommit"})) {
            const std::string fetch = architecture + "-GitFetch";
            const std::string commit = architecture + "-GitCommit";
            const bool elsewhere = stands_elsewhere(entry, architecture, old_ref);
            for (const auto& [key, old, wanted] :
                 {std::tuple(fetch, old_ref, release.ref), std::tuple(commit, old_commit, release.commit)})
                if (const bool own = !value(entry, key).empty(); own && !elsewhere)
                    changed = set(entry, key, wanted) || changed;
                else if (!own && elsewhere && builds(entry, architecture) && old != wanted)
                    changed = set(entry, key, old) || changed;
        }
        return changed;
    }

    bool stands_elsewhere(const Entry& entry, const std::string& architecture,
                          std::string_view old_ref) const {
        const auto ref = value(entry, architecture + "-GitFetch");
        const auto repository = value(entry, architecture + "-GitRepo");
        return (!ref.empty() && unfolded(ref) != old_ref)
               || (!repository.empty() && bare_url(repository) != bare_url(value(entry, "GitRepo")));
    }

    bool builds(const Entry& entry, const std::string& architecture) const {
        const auto all = sources(file_, *entry.paragraph);
        return std::ranges::any_of(all, [&](const Source& s) { return s.architecture == architecture; });
    }

    /// Builder, File and Directory for oci-import (bashbrew's cmd/bashbrew/oci-builder.go).
    Result<bool> set_builder(const Entry& entry) {
        if (options_.builder == Builder::unchanged) return false;
        SLIPWAY_TRY_ASSIGN(const std::string folder, layout_of(entry));
        bool changed = clean_path(value(entry, "Directory")) != folder && set(entry, "Directory", folder);
        changed = set(entry, "File", "index.json") || changed;
        changed = set(entry, "Builder", "oci-import") || changed;
        for (const std::string& architecture : architectures(entry, {"-Builder", "-File"}))
            for (const auto& [suffix, wanted] :
                 {std::pair{"-File", "index.json"}, {"-Builder", "oci-import"}})
                if (!value(entry, architecture + suffix).empty())
                    changed = set(entry, architecture + suffix, wanted) || changed;
        return changed;
    }

    /// Which of the release's layouts is the entry's: that of its Directory, else that in a folder called as
    /// one of its tags, else the only one.
    Result<std::string> layout_of(const Entry& entry) const {
        const std::vector<std::string> layouts = layouts_of(entry.target->release);
        const std::string folder = clean_path(value(entry, "Directory"));
        if (std::ranges::find(layouts, folder) != layouts.end()) return folder;
        std::vector<std::string> mine;
        std::ranges::copy_if(layouts, std::back_inserter(mine), [&](const std::string& layout) {
            return std::ranges::any_of(entry.tags, [&](const Item& tag) {
                return layout.substr(layout.rfind('/') + 1) == tag.text;
            });
        });
        if (mine.size() == 1) return mine.front();
        if (layouts.size() == 1) return layouts.front();
        const std::string what = "entry " + quoted(entry.tags.front().text) + ": ";
        if (layouts.empty())
            return Error{Kind::config,
                         what + "the " + name_of(entry.target->release)
                             + " has no OCI image layout for oci-import",
                         "publish what the stage oci-layout makes, or leave the option 'builder' out"};
        return Error{Kind::config, what + "no saying which OCI image layout of the release is its own",
                     "set its Directory by hand once: " + support::join_or(layouts)};
    }

    /// Values from the global paragraph: changed there if that hits nobody else.
    void set_inherited() {
        for (const auto& needed : inherited_) {
            const auto& key = needed.first; // no binding: clang 14 cannot capture one
            const auto& wanted = needed.second;
            const std::string& first = wanted.begin()->second;
            const Field* global = file_.paragraphs.front().find(key);
            const bool all = std::ranges::all_of(entries_, [&](const Entry& entry) {
                const auto it = wanted.find(entry.paragraph);
                return entry.removed || entry.paragraph->find(key) != nullptr
                       || (it != wanted.end() && it->second == first);
            });
            if (global != nullptr && all) {
                replace(*global, first);
                continue;
            }
            for (const auto& [paragraph, text] : wanted)
                splice_.insert_below(place_of(*paragraph, key), key + ": " + text + "\n");
        }
    }

    /// The line below which a new field goes: Git... below Tags, the others at the entry's end.
    static std::size_t place_of(const Paragraph& paragraph, const std::string& key) {
        if (key.find("Git") != std::string::npos) return paragraph.find("Tags")->last_line;
        return paragraph.fields.back().last_line;
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
            if (wanted.contains(entry.paragraph) && file_.paragraphs.front().find(key) != nullptr)
                lines += key + ": " + std::string(unfolded(value(entry, key))) + "\n";
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
        const auto mine = first_dated(entry, entry.dating);
        if (!mine) return;
        for (Entry& other : entries_) {
            if (!other.older_release || other.target != nullptr || other.removed) continue;
            const auto theirs = first_dated(other, {other.dating.git_tag, entry.dating.example});
            if (!theirs || theirs->prefix != mine->prefix || theirs->suffix != mine->suffix) continue;
            if (theirs->name != new_name(*entry.target, *mine) && left > 0) {
                --left;
                continue;
            }
            other.removed = true;
            splice_.remove(*other.paragraph);
            edited_.dropped.push_back(other.tags.front().text);
        }
    }

    static std::optional<DatedTag> first_dated(const Entry& entry, const Dating& dating) {
        for (const Item& tag : entry.tags)
            if (auto found = dated(tag.text, dating)) return found;
        return std::nullopt;
    }

    const File& file_;
    const MoveOptions& options_;
    Splice splice_;
    std::vector<Entry> entries_;
    std::map<std::string, std::map<const Paragraph*, std::string>> inherited_; // key to who needs what
    std::vector<std::pair<std::size_t, std::string>> kept_; // below which line, and the entry
    Edited edited_;
};

Result<void> check_targets(const std::vector<Target>& targets) {
    for (const Target& target : targets) {
        SLIPWAY_TRY(check_release(target.release));
        const std::string& tag = target.tag.empty() ? target.release.tag : target.tag;
        if (!is_tag(tag))
            return Error{Kind::config, "release: " + quoted(tag) + " is no tag that Docker takes",
                         "set the option 'tag' to at most 128 of [A-Za-z0-9_.-]"};
    }
    return {};
}

} // namespace

Error refusal(Kind kind, const std::string& before, const std::vector<Problem>& problems, std::string hint) {
    const auto text = [](const Problem& p) { return "line " + std::to_string(p.line) + ": " + p.what; };
    Error error{kind, before + text(problems.front()), std::move(hint)};
    for (std::size_t i = 1; i < problems.size(); ++i)
        error.trace.push_back(text(problems[i]));
    return error;
}

Result<Edited> move(const File& file, const std::vector<Target>& targets, const MoveOptions& options) {
    SLIPWAY_TRY(check_targets(targets));
    if (const auto problems = check(file); !problems.empty())
        return refusal(Kind::config, "", problems, "correct the file by hand; nothing was changed");
    SLIPWAY_TRY_ASSIGN(auto selection, select(file, targets));
    SLIPWAY_TRY_ASSIGN(auto edited, Mover(file, options, std::move(selection)).run());
    SLIPWAY_TRY_ASSIGN(const auto again, parse(edited.text));
    if (const auto problems = check(again); !problems.empty())
        return refusal(Kind::conflict, "the edited file would not be valid: ", problems,
                       "name the entries to move in the option 'entries', or choose another 'tag'");
    return edited;
}

} // namespace slipway::stackbrew
