// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which entries are left out, by tar's rules.
#pragma once

#include <string>
#include <vector>

namespace slipway::rootfs {

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
