// SPDX-License-Identifier: GPL-3.0-or-later
//
// The release that entries move to.
#pragma once

#include <support/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::stackbrew {

struct Release {
    std::string version;
    std::string remote;
    std::string tag;                     ///< "05112026"
    std::string ref;                     ///< "refs/tags/05112026"
    std::string commit;                  ///< 40 or 64 hex digits
    std::vector<std::string> files = {}; ///< paths in its tree, as far as they are told
    std::vector<std::pair<std::string, std::string>> variant = {}; ///< axis and value; none: of no variant
};

/// Kind::config if the text is no release document (docs/reference/artifacts.md) or a field it needs is
/// missing.
support::Result<Release> read_release(const support::json::Value& document);

/// Kind::config if a library file could not name it so.
support::Result<void> check_release(const Release& release);

/// "release" or, of a variant, "release of group=base": for messages.
std::string name_of(const Release& release);

} // namespace slipway::stackbrew
