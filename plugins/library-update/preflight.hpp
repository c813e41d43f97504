// SPDX-License-Identifier: GPL-3.0-or-later
//
// What official-images' checks would say of a library file and of the repositories it names, before anybody
// opens a pull request (its naughty-commits.sh, naughty-from.sh, naughty-constraints.sh, and bashbrew's own
// reading).
#pragma once

#include <git/reader.hpp>
#include <images.hpp>
#include <release.hpp>

#include <functional>
#include <string>
#include <vector>

namespace slipway::stackbrew {

struct PreflightOrder {
    std::string folder; ///< where the other images' library files are
    std::string name;   ///< of the image
    std::vector<Release> releases;
    git::Settings git;
};

struct Finding {
    std::string entry; ///< its first tag
    std::string what;

    bool operator==(const Finding&) const = default;
};

struct PreflightReport {
    std::vector<Finding> findings;     ///< what the checks refuse
    std::vector<std::string> warnings; ///< what could not be checked, and why
};

/// Looks at every commit that the file names: is it there, in its GitFetch; are the files there; do they
/// build on what official images may; does its history change no large archive. A release's commit is looked
/// for in the release's remote: where that is not its GitRepo (a rehearsal), only the releases' commits are
/// looked at, with a warning.
///
/// An Error is a check that could not be made: a repository that does not answer.
support::Result<PreflightReport> preflight(const File& file, const PreflightOrder& order,
                                           const git::Meter& meter);

} // namespace slipway::stackbrew
