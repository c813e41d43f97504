// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which entries are left out: pacman's NoExtract and tar's excludes, each by its own rules.
#pragma once

#include <string>
#include <vector>

namespace slipway::rootfs {

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

/// GNU tar's --exclude with --anchored --wildcards --wildcards-match-slash: a pattern starts at the root
/// (a leading `./` or `/` may be written), `*` also matches a slash, and a directory that matches is left
/// out with everything below it.
class Exclude {
public:
    explicit Exclude(std::vector<std::string> patterns);

    /// `path` is relative to the root and has no slash at its end.
    bool matches(const std::string& path) const;

private:
    std::vector<std::string> patterns_;
};

} // namespace slipway::rootfs
