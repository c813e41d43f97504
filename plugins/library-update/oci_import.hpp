// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `Builder: oci-import` takes (bashbrew's cmd/bashbrew/oci-builder.go): one image, written strictly.
#pragma once

#include <git/reader.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

/// Why the OCI image layout in `directory` of the commit would not be imported by `file`; empty if it would.
support::Result<std::vector<std::string>> check_layout(const git::Reader& repository,
                                                       const std::string& commit,
                                                       const std::string& directory, const std::string& file);

} // namespace slipway::stackbrew
