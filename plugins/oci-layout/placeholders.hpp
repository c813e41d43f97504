// SPDX-License-Identifier: GPL-3.0-or-later
//
// Options that are different for each root filesystem: texts with its variant's values in them.
#pragma once

#include <support/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::oci {

using Variant = std::vector<std::pair<std::string, std::string>>; ///< axes and values, in the chain's order

/// `text` with {AXIS} replaced by the variant's value, and {variant} by all of them, each followed by '/'.
/// Kind::config: a placeholder that is no axis of the variant.
support::Result<std::string> fill_in(const std::string& text, const Variant& variant);

/// `text` as a folder: "" or ending with one '/'. Kind::config: absolute, or with an empty, "." or ".." part.
support::Result<std::string> folder_of(std::string text);

} // namespace slipway::oci
