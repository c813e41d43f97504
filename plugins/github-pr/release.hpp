// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is known of the release when it is submitted: git-publish's document, the locks, those of the release
// before (docs/reference/artifacts.md).
#pragma once

#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::github {

struct ReleasedFile {
    std::string path;
    std::string sha256;
    std::uint64_t size = 0;
};

struct Release {
    std::string version;
    std::string remote;
    std::string ref;
    std::string commit;
    std::vector<ReleasedFile> files;
};

/// Kind::config if the text is no release document.
support::Result<Release> read_release(const std::string& text);

/// A lock and the cell of the matrix it is for, such as "group=base"; "" if there is one alone.
struct NamedLock {
    std::string cell;
    support::json::Value lock;
    std::string sha256;
};

/// `variant` of an input's description as the cell's name.
std::string cell_of(const support::json::Value& variant);

/// The locks of the release before, kept in a folder that may be emptied: where there are none, nothing is
/// known.
class LockMemory {
public:
    /// One memory for each repository and chain.
    LockMemory(const std::string& folder, const std::string& repository, const std::string& chain);

    std::vector<NamedLock> recall() const;
    void keep(const std::vector<NamedLock>& locks) const;

private:
    std::string folder_, path_;
};

} // namespace slipway::github
