// SPDX-License-Identifier: GPL-3.0-or-later
#include <git.hpp>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace slipway::git_publish {

using support::Error;
using support::Kind;

namespace {

Kind kind_of(int code, const git_error* last) {
    switch (code) {
    case GIT_ENOTFOUND:
        return Kind::not_found;
    case GIT_EEXISTS:
    case GIT_ENONFASTFORWARD:
    case GIT_ELOCKED:
    case GIT_EMODIFIED:
        return Kind::conflict;
    case GIT_EUSER:
        return Kind::cancelled;
    case GIT_EAUTH:
        return Kind::auth;
    case GIT_ECERTIFICATE:
    case GIT_EMISMATCH:
        return Kind::verify;
    case GIT_EOWNER:
        return Kind::denied;
    case GIT_EINVALIDSPEC:
    case GIT_EINVALID:
        return Kind::config;
    default:
        break;
    }
    if (last != nullptr && last->klass == GIT_ERROR_NOMEMORY) return Kind::resource;
    if (code == GIT_EEOF || (last != nullptr && last->klass == GIT_ERROR_NET)) return Kind::net_transient;
    // libgit2 has no code for a full disk: it appends strerror(errno).
    if (last != nullptr && std::string_view(last->message).ends_with(std::strerror(ENOSPC)))
        return Kind::resource;
    return Kind::io;
}

} // namespace

Library::Library() {
    git_libgit2_init();
    for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                            GIT_CONFIG_LEVEL_GLOBAL})
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
}

Library::~Library() {
    git_libgit2_shutdown();
}

Error git_failure(int code, const std::string& subject) {
    const git_error* last = git_error_last();
    std::string cause = last != nullptr ? last->message : "libgit2 failed with code " + std::to_string(code);
    while (!cause.empty() && (cause.back() == '.' || cause.back() == '\n'))
        cause.pop_back();
    return Error{kind_of(code, last), subject + ": " + cause};
}

std::string hex(const git_oid& id) {
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
}

} // namespace slipway::git_publish
