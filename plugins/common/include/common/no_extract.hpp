// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman's patterns for files, by its own rules.
#pragma once

#include <string>
#include <vector>

namespace slipway::common {

/// pacman.conf(5), NoExtract: shell patterns in which `*` also matches a slash. Of several patterns that
/// match, the last one decides; `!` in front inverts it, and a backslash in front takes the next `!`
/// literally.
class NoExtract {
public:
    explicit NoExtract(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

    /// `name` is relative to the root; a directory's ends in a slash (so `usr/share/doc/` itself
    /// matches `usr/share/doc/*`).
    bool matches(const std::string& name) const;

private:
    std::vector<std::string> patterns_;
};

} // namespace slipway::common
