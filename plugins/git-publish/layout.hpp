// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where each file goes in the published tree.
#pragma once

#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::git_publish {

/// A file's place: its path in the tree, and what to call it in a message ("input 1 'base.tar.zst'").
struct Place {
    std::string path;
    std::string label;
};

/// Kind::config if `layout` has a placeholder other than {variant} and {name}.
support::Result<void> check_layout(const std::string& layout);

/// `layout` with {name} replaced, and {variant} by the variant's values, each followed by "/":
/// "{variant}{name}" gives "base/base.tar.zst", or "base.tar.zst" for a file without variant.
std::string tree_path(const std::string& layout, const std::vector<std::string>& variant,
                      const std::string& name);

/// Kind::config if the symbolic link at `path` in the tree leads out of the tree, or into a ".git".
support::Result<void> check_link(const std::string& path, const std::string& target,
                                 const std::string& label);

/// Kind::config for a path that git cannot hold (absolute, with an empty, "." or ".." part, with ".git" in
/// any case, with control characters), for submodules' ".gitmodules", and for two files of one path, or one
/// inside the other's.
support::Result<void> check_places(const std::vector<Place>& places);

} // namespace slipway::git_publish
