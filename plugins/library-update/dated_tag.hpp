// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finds the tag that names a release ("05112026", "base-05112026") among the tags of an entry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::stackbrew {

/// Which tags of an entry are dated, given the git tag its GitFetch names.
struct Dating {
    std::string git_tag; ///< of refs/tags/GIT_TAG; "" if GitFetch is no tag
    std::string example; ///< when dated tags are not called as the git tag: another dated tag; else ""
};

/// A dated tag, taken apart: prefix + name + suffix.
struct DatedTag {
    std::string prefix;
    std::string name;
    std::string suffix;
    bool without_v; ///< name is the git tag less its 'v': refs/tags/v20250420 and base-20250420
};

/// A tag is dated if a piece of it, bounded by '-' or by its ends, is
///   - the git tag, or the git tag less a 'v' before a digit, or
///   - given an example: of the example's form (as long, digits where it has digits, else equal).
/// nullopt: not dated.
std::optional<DatedTag> dated(std::string_view tag, const Dating& dating);

/// "05112026" of "refs/tags/05112026"; "" of any other ref.
std::string_view git_tag_of(std::string_view ref);

/// `tag` less its 'v' if a digit follows.
std::string_view strip_v(std::string_view tag);

} // namespace slipway::stackbrew
