// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where a remote is: a path or file://, https:// or ssh:// URL, taken apart.
#pragma once

#include <support/result.hpp>

#include <string>

namespace slipway::git_publish {

enum class Scheme { local, https, ssh };

struct RemoteUrl {
    std::string text; ///< as it was given; never holds a password
    Scheme scheme = Scheme::local;
    std::string user; ///< ssh: "" if it is not said
    std::string host;
    std::string port; ///< "" for the scheme's own
    std::string path; ///< local: the folder. ssh: what the server's git is told. https: "/owner/name.git"
};

/// Kind::config: no such URL can be, or it holds a password (which is not repeated in the message).
/// Kind::unsupported: a scheme without encryption or authentication, a file:// URL of another machine.
support::Result<RemoteUrl> parse_url(const std::string& text);

} // namespace slipway::git_publish
