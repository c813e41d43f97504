// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finding a file in a commit's tree, through links as a checkout would have them.
#include <git/reader.hpp>
#include <handles.hpp>
#include <support/text.hpp>

namespace slipway::git {

using support::Result;

namespace {

constexpr int max_links = 40; // as the kernel's (path_resolution(7))

class Walk {
public:
    Walk(git_repository* repository, const git_tree* root) : repository_(repository), root_(root) {}

    Result<std::optional<File>> to(const std::string& path) {
        std::vector<std::string> todo = parts_of(path);
        std::vector<std::string> done;
        while (!todo.empty()) {
            const std::string part = std::move(todo.back());
            todo.pop_back();
            if (part.empty() || part == ".") continue;
            if (part == "..") {
                if (done.empty()) return std::optional<File>(); // out of the tree
                done.pop_back();
                continue;
            }
            done.push_back(part);
            SLIPWAY_TRY_ASSIGN(const TreeEntry entry, find(done));
            if (!entry) return std::optional<File>();
            const git_filemode_t mode = git_tree_entry_filemode(entry.get());
            if (mode == GIT_FILEMODE_LINK) {
                done.pop_back();
                SLIPWAY_TRY_ASSIGN(const bool inside, follow(entry.get(), todo));
                if (!inside) return std::optional<File>();
            } else if (mode != GIT_FILEMODE_TREE) {
                return todo.empty() && mode != GIT_FILEMODE_COMMIT ? file(entry.get())
                                                                   : std::optional<File>();
            }
        }
        return std::optional<File>(); // a folder
    }

private:
    /// The parts of a path, the first one last.
    static std::vector<std::string> parts_of(const std::string& path) {
        std::vector<std::string> parts = support::split(path, '/');
        return {parts.rbegin(), parts.rend()};
    }

    Result<TreeEntry> find(const std::vector<std::string>& path) const {
        git_tree_entry* raw = nullptr;
        const std::string text = support::join(path, "/");
        const int code = git_tree_entry_bypath(&raw, root_, text.c_str());
        if (code != GIT_ENOTFOUND) SLIPWAY_GIT_CALL(code, "'" + text + "'");
        return TreeEntry(raw);
    }

    /// Puts what a link names before what is left to do; false for a link to nowhere in the tree.
    Result<bool> follow(const git_tree_entry* link, std::vector<std::string>& todo) {
        git_blob* raw = nullptr;
        SLIPWAY_GIT_CALL(git_blob_lookup(&raw, repository_, git_tree_entry_id(link)), "link");
        const Blob blob(raw);
        const std::string target(static_cast<const char*>(git_blob_rawcontent(raw)),
                                 static_cast<std::size_t>(git_blob_rawsize(raw)));
        if (++links_ > max_links || target.starts_with('/')) return false;
        for (std::string& part : parts_of(target))
            todo.push_back(std::move(part));
        return true;
    }

    Result<std::optional<File>> file(const git_tree_entry* entry) const {
        git_odb* raw = nullptr;
        SLIPWAY_GIT_CALL(git_repository_odb(&raw, repository_), "objects");
        const Odb odb(raw);
        std::size_t size = 0;
        git_object_t type{};
        SLIPWAY_GIT_CALL(git_odb_read_header(&size, &type, raw, git_tree_entry_id(entry)), "object");
        return std::optional<File>(File{hex(*git_tree_entry_id(entry)), size});
    }

    git_repository* repository_;
    const git_tree* root_;
    int links_ = 0;
};

} // namespace

Result<std::optional<File>> Reader::find(const std::string& commit, const std::string& path) const {
    SLIPWAY_TRY_ASSIGN(const Commit found, find_commit(repository_.get(), commit));
    SLIPWAY_TRY_ASSIGN(const Tree tree, tree_of(found.get()));
    auto file = Walk(repository_.get(), tree.get()).to(path);
    if (!file) return std::move(file).error().in("'" + path + "' in commit " + commit + " of '" + url_ + "'");
    return file;
}

} // namespace slipway::git
