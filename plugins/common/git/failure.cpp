// SPDX-License-Identifier: GPL-3.0-or-later
#include <handles.hpp>

#include <string_view>

namespace slipway::git {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// libgit2 1.5 tells an HTTP status in words only: "unexpected http status code: 503".
Kind kind_of_http(std::string_view words) {
    const std::size_t at = words.rfind("code: ");
    if (at == std::string_view::npos) return Kind::net_transient;
    const std::string_view code = words.substr(at + 6);
    if (code.starts_with("401") || code.starts_with("403")) return Kind::auth;
    return code.starts_with('5') || code.starts_with("429") ? Kind::net_transient : Kind::not_found;
}

Kind kind_of(int code, int klass, std::string_view words) {
    if (code == GIT_EUSER) return Kind::cancelled;
    if (code == GIT_ENOTFOUND) return Kind::not_found;
    if (code == GIT_EAUTH || words.find("authentication required") != std::string_view::npos)
        return Kind::auth;
    if (code == GIT_ECERTIFICATE) return Kind::verify;
    if (code == GIT_EOWNER) return Kind::denied;
    if (klass == GIT_ERROR_HTTP) return kind_of_http(words);
    if (words.starts_with("failed to connect") || words.starts_with("failed to resolve"))
        return Kind::net_transient;
    if (klass == GIT_ERROR_NET || klass == GIT_ERROR_SSL) return Kind::net_transient;
    return klass == GIT_ERROR_NOMEMORY ? Kind::resource : Kind::io;
}

} // namespace

Error failure(int code, const std::string& subject) {
    const git_error* last = git_error_last();
    std::string words = last != nullptr ? last->message : "libgit2 failed with code " + std::to_string(code);
    while (words.ends_with('.') || words.ends_with('\n'))
        words.pop_back();
    return Error{kind_of(code, last != nullptr ? last->klass : GIT_ERROR_NONE, words),
                 subject + ": " + words};
}

std::string hex(const git_oid& id) {
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
}

Result<git_oid> id_of(const std::string& hex) {
    git_oid id{};
    if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, hex.c_str()) < 0)
        return Error{Kind::config, "'" + hex + "' is not 40 hex digits"};
    return id;
}

Result<Commit> find_commit(git_repository* repository, const std::string& hex) {
    SLIPWAY_TRY_ASSIGN(const git_oid id, id_of(hex));
    git_commit* raw = nullptr;
    SLIPWAY_GIT_CALL(git_commit_lookup(&raw, repository, &id), "commit " + hex);
    return Commit(raw);
}

Result<Tree> tree_of(const git_commit* commit) {
    git_tree* raw = nullptr;
    SLIPWAY_GIT_CALL(git_commit_tree(&raw, commit), "tree of commit " + hex(*git_commit_id(commit)));
    return Tree(raw);
}

} // namespace slipway::git
