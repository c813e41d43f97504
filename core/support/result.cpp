// SPDX-License-Identifier: GPL-3.0-or-later
#include <support/result.hpp>

#include <cerrno>
#include <cstring>

namespace slipway::support {

const char* name_of(Kind kind) {
    switch (kind) {
    case Kind::cancelled:
        return "cancelled";
    case Kind::config:
        return "config";
    case Kind::not_found:
        return "not_found";
    case Kind::io:
        return "io";
    case Kind::net_transient:
        return "net_transient";
    case Kind::auth:
        return "auth";
    case Kind::verify:
        return "verify";
    case Kind::unsupported:
        return "unsupported";
    case Kind::denied:
        return "denied";
    case Kind::resource:
        return "resource";
    case Kind::conflict:
        return "conflict";
    case Kind::internal:
        return "internal";
    case Kind::crashed:
        return "crashed";
    case Kind::timeout:
        return "timeout";
    }
    return "internal";
}

Kind kind_of_status(int status) {
    return status <= static_cast<int>(Kind::cancelled) && status >= static_cast<int>(Kind::timeout)
               ? static_cast<Kind>(status)
               : Kind::internal;
}

std::string Error::message() const {
    return hint.empty() ? what : what + " (hint: " + hint + ")";
}

Error Error::in(const std::string& subject) && {
    if (!what.empty()) what = subject + ": " + what; // empty: somebody has told it already
    return std::move(*this);
}

namespace {

Kind kind_of_errno(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return Kind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
        return Kind::denied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return Kind::resource;
    default:
        return Kind::io;
    }
}

} // namespace

Error errno_error(const std::string& subject, int number) {
    return Error{kind_of_errno(number), subject + ": " + std::strerror(number)};
}

} // namespace slipway::support
