// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <objects.hpp>
#include <support/text.hpp>

namespace slipway::git_publish {

namespace {

using support::Error;
using support::Kind;
using support::Result;

Result<git_oid> write(git_repository* repository, const std::string& bytes, git_object_t type,
                      const char* subject) {
    SLIPWAY_GIT_MAKE(Odb, odb, subject, git_repository_odb, repository);
    git_oid id{};
    SLIPWAY_GIT_TRY(git_odb_write(&id, odb.get(), bytes.data(), bytes.size(), type), subject);
    return id;
}

std::string whole(const std::string& message) {
    return message.ends_with('\n') ? message : message + "\n";
}

/// "NAME <ADDRESS> SECONDS +0000".
std::string stamp(const Identity& identity, std::int64_t time) {
    return fmt::format("{} <{}> {} +0000", identity.name, identity.email, time);
}

/// The header line of a signature: its later lines begin with a blank (gitformat-signature(5)).
std::string signature_header(const std::string& signature) {
    std::string text = signature;
    while (text.ends_with('\n'))
        text.pop_back();
    std::string header = "gpgsig ";
    for (const char c : text)
        header += c == '\n' ? "\n " : std::string(1, c);
    return header + "\n";
}

Result<git_oid> make_commit(git_repository* repository, const git_oid& tree, const git_oid& parent,
                            const ReleaseText& text, const Sign& sign) {
    std::string head = "tree " + hex(tree) + "\n";
    if (!same(parent, no_id)) head += "parent " + hex(parent) + "\n";
    head += "author " + stamp(text.author, text.time) + "\n";
    head += "committer " + stamp(text.committer, text.time) + "\n";
    const std::string body = "\n" + whole(text.message);
    std::string signature;
    if (sign) {
        SLIPWAY_TRY_ASSIGN(signature, sign(head + body));
        signature = signature_header(signature);
    }
    return write(repository, head + signature + body, GIT_OBJECT_COMMIT, "making the commit");
}

Result<git_oid> make_tag(git_repository* repository, const git_oid& commit, const ReleaseText& text,
                         const Sign& sign) {
    std::string bytes = "object " + hex(commit) + "\ntype commit\ntag " + text.tag + "\ntagger "
                        + stamp(text.committer, text.time) + "\n\n"
                        + whole(text.tag_message.empty() ? text.message : text.tag_message);
    if (sign) {
        SLIPWAY_TRY_ASSIGN(const std::string signature, sign(bytes));
        bytes += whole(signature);
    }
    return write(repository, bytes, GIT_OBJECT_TAG, "making the tag");
}

Result<void> check_name(const std::string& what, const std::string& name,
                        int (*is_valid)(int* valid, const char* name)) {
    const Library library;
    int valid = 0;
    // A NUL would end the name for libgit2, which would judge the part before it.
    const bool has_nul = name.find('\0') != std::string::npos;
    SLIPWAY_GIT_TRY(is_valid(&valid, name.c_str()), what + " name");
    if (!has_nul && valid != 0) return {};
    return Error{
        Kind::config, what + " '" + support::printable(name) + "': not a valid " + what + " name",
        "no spaces, control characters, '..', '~^:?*[\\', leading '-', or trailing '.', '/', '.lock'"};
}

} // namespace

Result<void> check_tag_name(const std::string& name) {
    return check_name("tag", name, &git_tag_name_is_valid);
}

Result<void> check_branch_name(const std::string& name) {
    return check_name("branch", name, &git_branch_name_is_valid);
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

Result<git_oid> make_tree(git_repository* repository, const std::vector<Blob>& blobs) {
    git_index* raw = nullptr;
    SLIPWAY_GIT_TRY(git_index_new(&raw), "making the tree");
    const Index index(raw);
    for (const Blob& blob : blobs) {
        git_index_entry entry{};
        entry.mode = static_cast<std::uint32_t>(blob.mode);
        entry.id = blob.id;
        entry.path = blob.path.c_str();
        SLIPWAY_GIT_TRY(git_index_add(index.get(), &entry), "adding '" + blob.path + "' to the tree");
    }
    git_oid id{};
    SLIPWAY_GIT_TRY(git_index_write_tree_to(&id, index.get(), repository), "making the tree");
    return id;
}

Result<ObjectIds> make_objects(git_repository* repository, const git_oid& tree, const git_oid& parent,
                               const ReleaseText& text, const Sign& sign) {
    ObjectIds ids{};
    SLIPWAY_TRY_ASSIGN(ids.commit, make_commit(repository, tree, parent, text, sign));
    ids.target = ids.commit;
    if (text.kind == TagKind::annotated) {
        SLIPWAY_TRY_ASSIGN(ids.target, make_tag(repository, ids.commit, text, sign));
    }
    return ids;
}

Result<void> set_ref(git_repository* repository, const std::string& ref, const git_oid& target) {
    git_reference* raw = nullptr;
    SLIPWAY_GIT_TRY(git_reference_create(&raw, repository, ref.c_str(), &target, 1, nullptr),
                    "making '" + ref + "'");
    const Reference made(raw);
    return {};
}

Result<std::optional<Published>> peel(git_repository* repository, const std::string& ref) {
    SLIPWAY_GIT_MAKE(Reference, reference, "looking at '" + ref + "'", git_reference_lookup, repository,
                     ref.c_str());
    git_object* raw = nullptr;
    if (git_reference_peel(&raw, reference.get(), GIT_OBJECT_COMMIT) < 0) return std::optional<Published>();
    const Object commit(raw);
    const git_oid* tree = git_commit_tree_id(reinterpret_cast<const git_commit*>(commit.get()));
    return std::optional<Published>(Published{*git_object_id(commit.get()), *tree});
}

} // namespace slipway::git_publish
