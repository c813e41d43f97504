// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which files the commits of a history change or remove.
#include <git/reader.hpp>
#include <handles.hpp>

#include <set>

namespace slipway::git {

using support::Result;

namespace {

using Matches = std::function<bool(const std::string&)>;

class History {
public:
    History(git_repository* repository, const Matches& matches, std::uint64_t min_bytes)
        : repository_(repository), matches_(matches), min_bytes_(min_bytes) {}

    Result<std::vector<ChangedFile>> walk(const std::string& head) {
        todo_.push_back(head);
        while (!todo_.empty()) {
            const std::string id = std::move(todo_.back());
            todo_.pop_back();
            if (!seen_.insert(id).second) continue;
            SLIPWAY_TRY_ASSIGN(const Commit commit, find_commit(repository_, id));
            SLIPWAY_TRY(look_at(commit.get()));
        }
        return std::move(found_);
    }

private:
    /// git-log(1), history simplification: a merge is no change of its own, and where it took the files of
    /// one parent as they are, only that parent's history counts.
    Result<void> look_at(const git_commit* commit) {
        const unsigned parents = git_commit_parentcount(commit);
        std::vector<std::string> ids;
        for (unsigned i = 0; i < parents; ++i) {
            SLIPWAY_TRY_ASSIGN(const Diff diff, compare(commit, i));
            const std::vector<const git_diff_delta*> deltas = matching(diff.get());
            ids.push_back(hex(*git_commit_parent_id(commit, i)));
            if (parents == 1) SLIPWAY_TRY(record(commit, deltas));
            if (parents > 1 && deltas.empty()) {
                ids = {ids.back()};
                break;
            }
        }
        todo_.insert(todo_.end(), ids.begin(), ids.end());
        return {};
    }

    Result<Diff> compare(const git_commit* commit, unsigned parent) const {
        const std::string subject = "changes of commit " + hex(*git_commit_id(commit));
        SLIPWAY_TRY_ASSIGN(const Commit before,
                           find_commit(repository_, hex(*git_commit_parent_id(commit, parent))));
        SLIPWAY_TRY_ASSIGN(const Tree old_tree, tree_of(before.get()));
        SLIPWAY_TRY_ASSIGN(const Tree new_tree, tree_of(commit));
        git_diff_options options{};
        SLIPWAY_GIT_CALL(git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION), subject);
        options.flags |= GIT_DIFF_INCLUDE_TYPECHANGE;
        git_diff* raw = nullptr;
        SLIPWAY_GIT_CALL(git_diff_tree_to_tree(&raw, repository_, old_tree.get(), new_tree.get(), &options),
                         subject);
        return Diff(raw);
    }

    std::vector<const git_diff_delta*> matching(const git_diff* diff) const {
        std::vector<const git_diff_delta*> out;
        for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i) {
            const git_diff_delta* delta = git_diff_get_delta(diff, i);
            if (matches_(delta->old_file.path)) out.push_back(delta);
        }
        return out;
    }

    Result<void> record(const git_commit* commit, const std::vector<const git_diff_delta*>& deltas) {
        for (const git_diff_delta* delta : deltas) {
            const bool removed = delta->status == GIT_DELTA_DELETED;
            if (!removed && delta->status != GIT_DELTA_MODIFIED && delta->status != GIT_DELTA_TYPECHANGE)
                continue;
            const git_diff_file& file = removed ? delta->old_file : delta->new_file;
            if (file.mode == GIT_FILEMODE_COMMIT || file.mode == GIT_FILEMODE_LINK) continue;
            SLIPWAY_TRY_ASSIGN(const Content now, content(file));
            if (now.size <= min_bytes_) continue;
            // As git diff --numstat: binary if either side is.
            SLIPWAY_TRY_ASSIGN(const Content before, content(delta->old_file));
            if (now.binary || before.binary)
                found_.push_back({hex(*git_commit_id(commit)), file.path, now.size, removed});
        }
        return {};
    }

    struct Content {
        std::uint64_t size = 0;
        bool binary = false;
    };

    Result<Content> content(const git_diff_file& file) const {
        if (file.mode == GIT_FILEMODE_COMMIT) return Content{};
        git_blob* raw = nullptr;
        SLIPWAY_GIT_CALL(git_blob_lookup(&raw, repository_, &file.id), std::string("'") + file.path + "'");
        const Blob blob(raw);
        return Content{static_cast<std::uint64_t>(git_blob_rawsize(raw)), git_blob_is_binary(raw) == 1};
    }

    git_repository* repository_;
    const Matches& matches_;
    std::uint64_t min_bytes_;
    std::vector<std::string> todo_;
    std::set<std::string> seen_;
    std::vector<ChangedFile> found_;
};

} // namespace

Result<std::vector<ChangedFile>> Reader::changes(const std::string& head, const Matches& matches,
                                                 std::uint64_t min_bytes) const {
    return History(repository_.get(), matches, min_bytes).walk(head);
}

} // namespace slipway::git
