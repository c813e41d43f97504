// SPDX-License-Identifier: GPL-3.0-or-later
//
// How we know our own again: a comment at the end of a pull request's body that nobody sees, and a trailer of
// a commit's message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::github {

/// Which release of which chain it is.
struct Mark {
    std::string chain;
    std::string version;
    std::string run;
    std::int64_t epoch = 0;

    bool operator==(const Mark&) const = default;
};

/// "<!-- slipway {…} -->": Markdown shows no comments.
std::string marker(const Mark& mark);

/// The last marker of a body, if there is one.
std::optional<Mark> find_marker(const std::string& body);

/// "Slipway-Chain: NAME", a trailer as git-interpret-trailers(1) has them.
std::string trailer(const std::string& chain);

bool has_trailer(const std::string& message, const std::string& chain);

} // namespace slipway::github
