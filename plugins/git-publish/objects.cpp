// SPDX-License-Identifier: GPL-3.0-or-later
#include <objects.hpp>
#include <support/text.hpp>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

Result<git_oid> make_tree(git_repository* repository, const std::vector<Blob>& blobs) {
    git_index* raw = nullptr;
    SLIPWAY_GIT_TRY(git_index_new(&raw), "making the tree");
    const Index index(raw);
    for (const Blob& blob : blobs) {
        git_index_entry entry{};
        entry.mode = GIT_FILEMODE_BLOB;
        entry.id = blob.id;
        entry.path = blob.path.c_str();
        SLIPWAY_GIT_TRY(git_index_add(index.get(), &entry), "adding '" + blob.path + "' to the tree");
    }
    git_oid id{};
    SLIPWAY_GIT_TRY(git_index_write_tree_to(&id, index.get(), repository), "making the tree");
    return id;
}

Result<git_oid> make_commit(git_repository* repository, const git_oid& tree_id, const std::string& message,
                            const git_signature* author) {
    SLIPWAY_GIT_MAKE(Tree, tree, "making the commit", git_tree_lookup, repository, &tree_id);
    git_oid id{};
    SLIPWAY_GIT_TRY(git_commit_create(&id, repository, nullptr, author, author, nullptr, message.c_str(),
                                      tree.get(), 0, nullptr),
                    "making the commit");
    return id;
}

Result<git_oid> make_tag(git_repository* repository, const git_oid& commit_id, const ReleaseText& text,
                         const std::string& message, const git_signature* tagger) {
    SLIPWAY_GIT_MAKE(Object, commit, "making the tag", git_object_lookup, repository, &commit_id,
                     GIT_OBJECT_COMMIT);
    git_oid id{};
    if (text.kind == TagKind::lightweight)
        SLIPWAY_GIT_TRY(git_tag_create_lightweight(&id, repository, text.tag.c_str(), commit.get(), 0),
                        "making the tag");
    else
        SLIPWAY_GIT_TRY(
            git_tag_create(&id, repository, text.tag.c_str(), commit.get(), tagger, message.c_str(), 0),
            "making the tag");
    return id;
}

} // namespace

Result<void> check_tag_name(const std::string& name) {
    const Library library;
    int valid = 0;
    // A NUL would end the name for libgit2, which would judge the part before it.
    const bool whole = name.find('\0') == std::string::npos;
    SLIPWAY_GIT_TRY(git_tag_name_is_valid(&valid, name.c_str()), "tag name");
    if (whole && valid != 0) return {};
    return Error{
        Kind::config, "tag '" + support::printable(name) + "': not a valid tag name",
        "no spaces, control characters, '..', '~^:?*[\\', leading '-', or trailing '.', '/', '.lock'"};
}

Result<void> check_identity(const Identity& identity) {
    for (const std::string& text : {identity.name, identity.email}) {
        const bool bad = text.find_first_of(std::string_view("<>\r\n\0", 5)) != std::string::npos;
        if (bad || text.find_first_not_of(' ') == std::string::npos)
            return Error{Kind::config,
                         "author '" + support::printable(text) + "': not a name or address git can store",
                         "give a name and an address without line breaks, '<' and '>'"};
    }
    return {};
}

Result<Repository> make_scratch(const std::string& folder) {
    const std::string subject = "scratch repository '" + folder + "'";
    git_repository* raw = nullptr;
    SLIPWAY_GIT_TRY(git_repository_init(&raw, folder.c_str(), 1), subject);
    Repository repository(raw);
    SLIPWAY_GIT_MAKE(Config, config, subject, git_repository_config, repository.get());
    // libgit2 would load every archive at once to look for deltas that compressed files do not have. Its
    // 1.5 reads the limit for that from the wrong key, pack.deltaCacheSize.
    for (const char* key : {"core.bigFileThreshold", "pack.deltaCacheSize"})
        SLIPWAY_GIT_TRY(git_config_set_int64(config.get(), key, 1), subject);
    return repository;
}

Result<ObjectIds> make_objects(git_repository* repository, const std::vector<Blob>& blobs,
                               const ReleaseText& text) {
    SLIPWAY_GIT_MAKE(Signature, author, "author", git_signature_new, text.author.name.c_str(),
                     text.author.email.c_str(), text.time, 0);
    const std::string message = text.message.ends_with('\n') ? text.message : text.message + "\n";
    ObjectIds ids{};
    SLIPWAY_TRY_ASSIGN(ids.tree, make_tree(repository, blobs));
    SLIPWAY_TRY_ASSIGN(ids.commit, make_commit(repository, ids.tree, message, author.get()));
    SLIPWAY_TRY_ASSIGN(ids.target, make_tag(repository, ids.commit, text, message, author.get()));
    return ids;
}

} // namespace slipway::git_publish
