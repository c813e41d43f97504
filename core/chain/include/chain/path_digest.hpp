// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <support/hash.hpp>

#include <string>

namespace slipway::chain {

/// A digest of a file's bytes, or of a folder: of every entry's path, type, permissions, content or link
/// target, in sorted order. Times and owners do not count.
support::Result<support::Digest> digest_of_path(const std::string& path);

} // namespace slipway::chain
