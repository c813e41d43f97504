// SPDX-License-Identifier: GPL-3.0-or-later
#include <dockerfile.hpp>
#include <oci_import.hpp>
#include <preflight.hpp>
#include <select.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace slipway::stackbrew {

using support::Result;

namespace {

constexpr std::uint64_t max_archive = 2u << 20; // naughty-commits.sh's 2 MB
constexpr std::uint64_t max_dockerfile = 4u << 20;

/// naughty-commits.sh's '**.tar**'.
bool is_archive(const std::string& path) {
    return path.find(".tar") != std::string::npos;
}

/// One architecture of an entry, and where it is looked for.
struct Place {
    const Paragraph* entry;
    Source source;
    std::string url;
};

class Preflight {
public:
    Preflight(const File& file, const PreflightOrder& order, const git::Meter& meter)
        : file_(file), order_(order), meter_(meter), images_(order.folder, order.name, file) {}

    Result<PreflightReport> run() {
        list_places();
        for (const Place& place : places_)
            refs_[place.url].insert(place.source.ref);
        for (const Place& place : places_) {
            entry_ = tags_of(file_, *place.entry).front();
            SLIPWAY_TRY(check(place));
        }
        for (const std::string& image : images_.unknown())
            report_.warnings.push_back("no library file of '" + image
                                       + "' beside this one: whether it has the tag and "
                                         "the architectures to build on was not checked");
        return std::move(report_);
    }

private:
    void add(const std::string& what) {
        const Finding finding{entry_, what};
        if (std::ranges::find(report_.findings, finding) == report_.findings.end())
            report_.findings.push_back(finding);
    }

    void list_places() {
        bool rehearsal = false;
        for (std::size_t i = 1; i < file_.paragraphs.size(); ++i)
            for (Source& source : sources(file_, file_.paragraphs[i])) {
                const Release* release = release_of(source);
                const std::string url = release != nullptr ? release->remote : source.repository;
                rehearsal = rehearsal || bare_url(url) != bare_url(source.repository);
                places_.push_back({&file_.paragraphs[i], std::move(source), url});
            }
        if (!rehearsal) return;
        std::erase_if(places_, [&](const Place& place) { return release_of(place.source) == nullptr; });
        report_.warnings.push_back("the release is not in its entry's GitRepo but in '"
                                   + order_.releases.front().remote + "': only what is there was checked");
    }

    const Release* release_of(const Source& source) const {
        const auto it = std::ranges::find_if(order_.releases, [&](const Release& release) {
            return release.commit == source.commit && release.ref == source.ref;
        });
        return it == order_.releases.end() ? nullptr : &*it;
    }

    Result<const git::Reader*> open(const std::string& url) {
        if (const auto it = readers_.find(url); it != readers_.end()) return &it->second;
        const std::vector<std::string> refs(refs_[url].begin(), refs_[url].end());
        SLIPWAY_TRY_ASSIGN(git::Reader reader, git::Reader::open(url, refs, order_.git, meter_));
        return &readers_.emplace(url, std::move(reader)).first->second;
    }

    Result<void> check(const Place& place) {
        const Source& source = place.source;
        if (source.commit.size() == 64) {
            report_.warnings.push_back("entry '" + entry_ + "': SHA-256 repositories cannot be checked");
            return {};
        }
        SLIPWAY_TRY_ASSIGN(const git::Reader* repository, open(place.url));
        SLIPWAY_TRY_ASSIGN(const bool there, check_commit(*repository, place));
        if (!there) return {};
        SLIPWAY_TRY(check_history(*repository, source.commit));
        if (source.builder != "oci-import") return check_dockerfile(*repository, place);
        SLIPWAY_TRY_ASSIGN(const auto complaints,
                           check_layout(*repository, source.commit, source.directory, source.file));
        for (const std::string& complaint : complaints)
            add("oci-import: " + complaint);
        check_constraints(*place.entry, {"scratch"});
        return {};
    }

    /// Is the commit at hand, so that more can be looked at?
    Result<bool> check_commit(const git::Reader& repository, const Place& place) {
        const Source& source = place.source;
        const std::string where = " of '" + place.url + "'";
        SLIPWAY_TRY_ASSIGN(const auto head, repository.commit_of(source.ref));
        const bool there = repository.has_commit(source.commit);
        if (!head) {
            add("GitFetch " + source.ref + " is not a ref" + where);
        } else if (!there) {
            add("commit " + source.commit + " is not in " + source.ref + where);
        } else {
            SLIPWAY_TRY_ASSIGN(const bool leads, repository.leads_to(source.commit, *head));
            if (!leads) add("commit " + source.commit + " is there, but not in " + source.ref + where);
        }
        return there;
    }

    Result<void> check_history(const git::Reader& repository, const std::string& commit) {
        auto it = histories_.find(commit);
        if (it == histories_.end()) {
            SLIPWAY_TRY_ASSIGN(auto changes, repository.changes(commit, is_archive, max_archive));
            it = histories_.emplace(commit, std::move(changes)).first;
        }
        for (const git::ChangedFile& file : it->second)
            add("commit " + file.commit + (file.removed ? " removes" : " changes") + " the archive '"
                + support::printable(file.path) + "' of " + support::human_bytes(file.size)
                + ": every clone carries both, so no archive over 2 MB may be changed");
        return {};
    }

    Result<void> check_dockerfile(const git::Reader& repository, const Place& place) {
        const Source& source = place.source;
        SLIPWAY_TRY_ASSIGN(const auto found, repository.find(source.commit, source.path()));
        if (!found) {
            add("'" + support::printable(source.path()) + "' is not a file in commit " + source.commit);
            return {};
        }
        SLIPWAY_TRY_ASSIGN(const std::string text, repository.read(*found, max_dockerfile));
        const auto all = froms(text);
        if (all.empty()) add("'" + source.path() + "' has no FROM");
        for (const std::string& from : all)
            if (const std::string why = images_.complaint(from, source.architecture); !why.empty())
                add("FROM in '" + source.path() + "': " + why);
        check_constraints(*place.entry, all);
        return {};
    }

    void check_constraints(const Paragraph& entry, const std::vector<std::string>& from_images) {
        std::set<std::string> expected;
        bool only_scratch = true;
        for (const std::string& from : from_images) {
            const auto brought = images_.constraints(from);
            if (!brought) return; // an image that is not known
            expected.insert(brought->begin(), brought->end());
            only_scratch = only_scratch && from == "scratch";
        }
        const auto own = constraints_of(file_, entry);
        for (const std::string& constraint : expected)
            if (std::ranges::count(own, constraint) == 0)
                add("Constraints lacks '" + constraint + "' of what it is built on");
        for (const std::string& constraint : own)
            if (!constraint.empty() && !expected.contains(constraint)
                && !(only_scratch && constraint == "!aufs"))
                add("Constraints has '" + support::printable(constraint)
                    + "', which nothing it is built on has");
    }

    const File& file_;
    const PreflightOrder& order_;
    const git::Meter& meter_;
    Images images_;
    std::vector<Place> places_;
    std::map<std::string, std::set<std::string>> refs_;
    std::map<std::string, git::Reader> readers_;
    std::map<std::string, std::vector<git::ChangedFile>> histories_;
    PreflightReport report_;
    std::string entry_;
};

} // namespace

Result<PreflightReport> preflight(const File& file, const PreflightOrder& order, const git::Meter& meter) {
    return Preflight(file, order, meter).run();
}

} // namespace slipway::stackbrew
