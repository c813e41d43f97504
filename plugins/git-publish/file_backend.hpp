// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lets a repository's object database read blobs straight from the files they are made of: nothing is
// copied to disk, and a push holds one blob in memory at a time (a loose object would be held twice: as it
// lies on disk, and inflated).
#pragma once

#include <blob.hpp>
#include <git.hpp>

#include <vector>

namespace slipway::git_publish {

/// From now on `repository` has these blobs. Their descriptors must stay open as long as it lives.
/// libgit2 checks the id of what it reads, so that a file that changes meanwhile is an error.
support::Result<void> add_blobs(git_repository* repository, const std::vector<Blob>& blobs);

} // namespace slipway::git_publish
