// SPDX-License-Identifier: GPL-3.0-or-later
//
// The release document: docs/reference/artifacts.md, "Release".
#pragma once

#include <blob.hpp>
#include <support/json.hpp>

#include <string>
#include <vector>

namespace slipway::git_publish {

struct ReleaseFile {
    std::string path;
    FileMode mode = FileMode::regular;
    std::uint64_t size = 0; ///< bytes
    std::string sha256;     ///< 64 hex digits
};

struct Release {
    std::string version, remote, tag, commit, tree;
    std::string branch;             ///< "": none was moved
    std::vector<ReleaseFile> files; ///< sorted by path

    std::string ref() const { return "refs/tags/" + tag; }
};

support::json::Value to_json(const Release& release);

} // namespace slipway::git_publish
