// SPDX-License-Identifier: GPL-3.0-or-later
#include <fnmatch.h>
#include <quoted.hpp>
#include <select.hpp>
#include <sources.hpp>
#include <support/text.hpp>

#include <algorithm>

namespace slipway::stackbrew {

using support::Error;
using support::Kind;
using support::Result;

namespace {

bool is_pattern(const std::string& name) {
    return name.find_first_of("*?") != std::string::npos;
}

class Selector {
public:
    Selector(const File& file, const std::vector<Target>& targets) : file_(file), targets_(targets) {}

    Result<Selection> run() {
        for (std::size_t i = 1; i < file_.paragraphs.size(); ++i)
            selection_.entries.push_back(read(file_.paragraphs[i]));
        if (selection_.entries.empty())
            return Error{Kind::not_found, "the file has no entry, only the first paragraph, which is global",
                         "write the first entry by hand, with its Tags"};
        for (const Target& target : targets_)
            for (const std::string& name : target.entries)
                SLIPWAY_TRY(take_named(target, name));
        SLIPWAY_TRY(take_others());
        for (const Target& target : targets_)
            if (std::ranges::none_of(selection_.entries, [&](const Entry& e) { return e.target == &target; }))
                return Error{Kind::not_found, "no entry for the " + name_of(target.release),
                             "name the entries to move by one of their tags in the option 'releases'"};
        return std::move(selection_);
    }

private:
    std::string_view value(const Entry& entry, std::string_view key) const {
        return file_.value(*entry.paragraph, key);
    }

    Entry read(const Paragraph& paragraph) const {
        Entry entry{&paragraph, {}, file_.items(paragraph.find("Tags")), true};
        std::ranges::move(file_.items(paragraph.find("SharedTags")), std::back_inserter(entry.tags));
        entry.dating.git_tag = git_tag_of(unfolded(value(entry, "GitFetch")));
        entry.older_release =
            std::ranges::all_of(entry.tags, [&](const Item& tag) { return is_dated(tag, entry.dating); });
        return entry;
    }

    /// In the form of any of the targets' dated tags.
    bool is_dated(const Item& tag, const Dating& dating) const {
        return std::ranges::any_of(targets_, [&](const Target& target) {
            return dated(tag.text, {dating.git_tag, target.tag}).has_value();
        });
    }

    Result<void> give(Entry& entry, const Target& target) const {
        if (entry.target != nullptr && entry.target != &target)
            return Error{Kind::config,
                         "entry " + quoted(entry.tags.front().text) + " would move to the "
                             + name_of(entry.target->release) + " and to the " + name_of(target.release),
                         "name each entry under one release in the option 'releases'"};
        entry.target = &target;
        entry.dating.example = target.tag;
        return {};
    }

    Result<void> take_named(const Target& target, const std::string& name) {
        bool found = false;
        std::vector<std::string> known;
        for (Entry& entry : selection_.entries) {
            const bool named = std::ranges::any_of(entry.tags, [&](const Item& tag) {
                known.push_back(tag.text);
                return is_pattern(name)
                           ? !entry.older_release && ::fnmatch(name.c_str(), tag.text.c_str(), 0) == 0
                           : tag.text == name;
            });
            if (!named) continue;
            SLIPWAY_TRY(give(entry, target));
            found = true;
        }
        if (found) return {};
        const auto near = support::nearest(name, known);
        return Error{Kind::not_found, "no entry has the tag " + quoted(name),
                     near ? "did you mean '" + *near + "'?" : "the tags are " + support::join(known, ", ")};
    }

    /// The entries of the targets that name none.
    Result<void> take_others() {
        std::vector<const Target*> open;
        for (const Target& target : targets_)
            if (target.entries.empty()) open.push_back(&target);
        if (open.empty()) return {};
        const auto from = [&](const Entry& e, const Target* t) {
            return bare_url(value(e, "GitRepo")) == bare_url(t->release.remote);
        };
        SLIPWAY_TRY_ASSIGN(bool any, take(open, from));
        if (any) return {};
        SLIPWAY_TRY_ASSIGN(any, take(open, [](const Entry& e, auto*) { return !e.dating.git_tag.empty(); }));
        const std::string remote = quoted(open.front()->release.remote);
        if (!any)
            return Error{Kind::not_found, "no entry comes from " + remote + " or from a tag",
                         "name the entries to move by one of their tags in the option 'entries'"};
        selection_.warnings.push_back("no entry has the release's remote " + remote
                                      + " as GitRepo: taking those whose GitFetch is a tag");
        return {};
    }

    template <class Ours>
    Result<bool> take(const std::vector<const Target*>& open, const Ours& ours) {
        bool any = false;
        for (Entry& entry : selection_.entries) {
            if (entry.older_release || entry.target != nullptr) continue;
            std::vector<const Target*> mine;
            std::ranges::copy_if(open, std::back_inserter(mine), [&](auto* t) { return ours(entry, t); });
            keep_nearest(entry, mine);
            for (const Target* target : mine)
                SLIPWAY_TRY(give(entry, *target));
            any = any || !mine.empty();
        }
        return any;
    }

    /// Of several, those whose variant is most the entry's.
    void keep_nearest(const Entry& entry, std::vector<const Target*>& targets) const {
        if (targets.size() < 2) return;
        const auto likeness = [&](const Target* t) { return this->likeness(entry, t->release); };
        const auto best = likeness(*std::ranges::max_element(targets, {}, likeness));
        std::erase_if(targets, [&](const Target* t) { return likeness(t) < best; });
    }

    std::size_t likeness(const Entry& entry, const Release& release) const {
        const auto folders = support::split(clean_path(value(entry, "Directory")), '/');
        return static_cast<std::size_t>(std::ranges::count_if(release.variant, [&](const auto& axis) {
            return std::ranges::count(folders, axis.second) > 0
                   || std::ranges::any_of(entry.tags,
                                          [&](const Item& tag) { return tag.text == axis.second; });
        }));
    }

    const File& file_;
    const std::vector<Target>& targets_;
    Selection selection_;
};

bool fits(const Release& release, const Assignment& assignment) {
    return std::ranges::all_of(assignment.variant, [&](const auto& axis) {
        return std::ranges::find(release.variant, axis) != release.variant.end();
    });
}

} // namespace

std::string_view bare_url(std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return url.ends_with(".git") ? url.substr(0, url.size() - 4) : url;
}

Result<std::vector<Target>> assign(const std::vector<Release>& releases,
                                   const std::vector<Assignment>& assignments) {
    std::vector<Target> out;
    for (const Assignment& assignment : assignments) {
        const std::size_t before = out.size();
        for (const Release& release : releases)
            if (fits(release, assignment)) out.push_back({release, assignment.entries, assignment.tag});
        if (out.size() == before) {
            const Release wanted{"", "", "", "", "", {}, assignment.variant};
            std::vector<std::string> there;
            for (const Release& release : releases)
                there.push_back(name_of(release));
            return Error{Kind::config, "no " + name_of(wanted) + " comes in",
                         "there is the " + support::join(there, ", ")};
        }
    }
    for (const Release& release : releases)
        if (std::ranges::none_of(assignments, [&](const Assignment& a) { return fits(release, a); }))
            return Error{Kind::config, "the " + name_of(release) + " is not in the option 'releases'",
                         "add an item with its variant and the entries that it moves"};
    return out;
}

Result<Selection> select(const File& file, const std::vector<Target>& targets) {
    return Selector(file, targets).run();
}

} // namespace slipway::stackbrew
