// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <history.hpp>
#include <support/json.hpp>
#include <support/text.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

/// official-images' naughty-commits.sh looks for binary files named "**.tar**" that are larger than 2 MB and
/// that a commit below the released one has modified or deleted: whatever lies there will be one of the two.
constexpr std::uint64_t large_archive = 2'000'000;
constexpr auto archive_ends =
    std::to_array<std::string_view>({".tgz", ".txz", ".tbz2", ".tzst", ".zst", ".xz", ".gz", ".bz2", ".zip",
                                     ".7z", ".squashfs", ".img", ".iso"});
/// Beside artifacts lie lists of digests, a few hundred bytes each, which older commits may hold.
constexpr std::uint64_t smallest_artifact = 4096;
constexpr std::size_t most_findings = 20;

bool is_archive(const std::string& path) {
    return path.find(".tar") != std::string::npos
           || std::any_of(archive_ends.begin(), archive_ends.end(),
                          [&](std::string_view end) { return path.ends_with(end); });
}

class Inspection {
public:
    Inspection(git_repository* repository, const std::vector<Blob>& blobs,
               const std::vector<KnownArtifact>& known)
        : repository_(repository) {
        for (const Blob& blob : blobs)
            ours_[blob.path] = &blob;
        for (const KnownArtifact& one : known)
            known_.emplace(one.size, &one);
    }

    Result<void> run(const git_oid& tip);
    Result<void> verdict() const;

private:
    Result<void> look_at_tree(const git_oid& id, const std::string& folder);
    Result<void> look_at_blob(const git_oid& id, const std::string& path);
    Result<const KnownArtifact*> known_as(const git_oid& id, std::uint64_t size);
    void note(const std::string& path, const std::string& what);

    git_repository* repository_;
    std::map<std::string, const Blob*> ours_;
    std::multimap<std::uint64_t, const KnownArtifact*> known_; ///< by size
    std::set<std::string> seen_;                               ///< id and path of trees and blobs
    std::string commit_;                                       ///< that is being looked at
    std::vector<std::string> findings_;
    std::size_t count_ = 0;
};

Result<void> Inspection::run(const git_oid& tip) {
    const std::string subject = "looking at the branch's history";
    SLIPWAY_GIT_MAKE(Walk, walk, subject, git_revwalk_new, repository_);
    SLIPWAY_GIT_TRY(git_revwalk_push(walk.get(), &tip), subject);
    for (git_oid id{};;) {
        const int code = git_revwalk_next(&id, walk.get());
        if (code == GIT_ITEROVER) return {};
        SLIPWAY_GIT_TRY(code, subject);
        SLIPWAY_GIT_MAKE(Commit, commit, subject, git_commit_lookup, repository_, &id);
        commit_ = hex(id);
        SLIPWAY_TRY(look_at_tree(*git_commit_tree_id(commit.get()), ""));
    }
}

Result<void> Inspection::look_at_tree(const git_oid& id, const std::string& folder) {
    if (!seen_.insert(hex(id) + folder).second) return {};
    SLIPWAY_GIT_MAKE(Tree, tree, "looking at the branch's history", git_tree_lookup, repository_, &id);
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
        const git_tree_entry* entry = git_tree_entry_byindex(tree.get(), i);
        const std::string path = folder + git_tree_entry_name(entry);
        const git_oid& child = *git_tree_entry_id(entry);
        if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) SLIPWAY_TRY(look_at_tree(child, path + "/"));
        if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) SLIPWAY_TRY(look_at_blob(child, path));
    }
    return {};
}

Result<void> Inspection::look_at_blob(const git_oid& id, const std::string& path) {
    if (!seen_.insert(hex(id) + path).second) return {};
    const auto ours = ours_.find(path);
    if (ours != ours_.end() && same(ours->second->id, id)) return {};
    SLIPWAY_GIT_MAKE(Odb, odb, "looking at '" + path + "'", git_repository_odb, repository_);
    std::size_t size = 0;
    git_object_t type{};
    SLIPWAY_GIT_TRY(git_odb_read_header(&size, &type, odb.get(), &id), "looking at '" + path + "'");
    SLIPWAY_TRY_ASSIGN(const KnownArtifact* known, known_as(id, size));
    if (known != nullptr)
        note(path, "is an older release's '" + known->path + "'");
    else if (ours != ours_.end() && ours->second->artifact)
        note(path, fmt::format("is an older artifact of this path ({})", support::human_bytes(size)));
    else if (size > large_archive && is_archive(path))
        note(path, fmt::format("is an archive of {}", support::human_bytes(size)));
    return {};
}

/// Only what has the size of a known artifact is read.
Result<const KnownArtifact*> Inspection::known_as(const git_oid& id, std::uint64_t size) {
    const auto [first, last] = known_.equal_range(size);
    if (first == last) return static_cast<const KnownArtifact*>(nullptr);
    using BlobHandle = Handle<git_blob, git_blob_free>;
    SLIPWAY_GIT_MAKE(BlobHandle, blob, "looking at the branch's history", git_blob_lookup, repository_, &id);
    const std::string digest =
        support::Digest::of({static_cast<const char*>(git_blob_rawcontent(blob.get())), size}).hex();
    const auto found =
        std::find_if(first, last, [&](const auto& one) { return one.second->sha256 == digest; });
    return found == last ? nullptr : found->second;
}

void Inspection::note(const std::string& path, const std::string& what) {
    if (++count_ <= most_findings)
        findings_.push_back("commit " + commit_ + ": '" + support::printable(path) + "' " + what);
}

Result<void> Inspection::verdict() const {
    if (findings_.empty()) return {};
    return Error{Kind::denied,
                 fmt::format("the history below the release holds older artifacts ({}): {}", count_,
                             findings_.front()),
                 "publish with history 'orphan', or on a branch that never held them", findings_};
}

} // namespace

Result<std::vector<KnownArtifact>> parse_known(std::string_view release, const std::string& subject) {
    auto document = support::json::parse(release);
    if (!document) return std::move(document).error().in(subject);
    if (!document.value()["files"].is_array())
        return Error{Kind::config, subject + ": no release document",
                     "name what git-publish wrote: release.json"};
    std::vector<KnownArtifact> known;
    for (const auto& file : document.value()["files"].as_array()) {
        const auto size = static_cast<std::uint64_t>(file["size"].as_integer());
        if (size >= smallest_artifact)
            known.push_back({file["path"].as_string(), size, file["sha256"].as_string()});
    }
    return known;
}

Result<void> check_history(git_repository* repository, const git_oid& tip, const std::vector<Blob>& blobs,
                           const std::vector<KnownArtifact>& known) {
    Inspection inspection(repository, blobs, known);
    SLIPWAY_TRY(inspection.run(tip));
    return inspection.verdict();
}

} // namespace slipway::git_publish
