// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads what was built, whatever it is.
#pragma once

#include "verify.hpp"

namespace slipway::verify {

/// A file manifest, a tar or a lock, told apart by its first bytes; from the descriptor's beginning.
/// Kind::config: none of these. Kind::verify: damaged.
support::Result<Against> read_against(int fd, const std::string& name);

/// A document of an OCI layout.
struct LayoutFile {
    std::string path; ///< "base/index.json", "base/blobs/sha256/…"
    std::string sha256;
    std::string text;
};

/// The platform's image in the layout of `folder` ("" or ending with '/'). Nothing: there is no such layout.
/// Kind::config: it has no image for the platform.
support::Result<std::optional<Manifest>> manifest_of_layout(const std::vector<LayoutFile>& files,
                                                            const std::string& folder,
                                                            const common::Platform& platform);

} // namespace slipway::verify
