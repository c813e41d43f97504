// SPDX-License-Identifier: GPL-3.0-or-later
#include <server_failure.hpp>

namespace slipway::pacman_fetch {

using support::Kind;

const char* hint_of(Kind kind) {
    switch (kind) {
    case Kind::not_found:
        return "is the server's address right, and is the server in step with its database?";
    case Kind::auth:
        return "the server wants credentials, or does not serve this address to everyone";
    case Kind::verify:
        return "the server holds other bytes than its database says: use another server";
    case Kind::net_transient:
        return "run again later, or add another server";
    default:
        return "";
    }
}

} // namespace slipway::pacman_fetch
