// SPDX-License-Identifier: GPL-3.0-or-later
//
// The change to submit, read from its JSON document (docs/reference/artifacts.md) and checked.
#pragma once

#include <support/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::change {

struct ChangedFile {
    std::string path;                  ///< relative, without "." and "..", printable
    std::string mode;                  ///< "100644" or "100755"
    std::optional<std::string> before; ///< none: the file is new
    std::optional<std::string> after;  ///< none: the file is removed
};

struct Change {
    std::string title; ///< one line
    std::string body;
    std::vector<ChangedFile> files; ///< only those that do change
};

/// Kind::config if the text is no change document, or names a file that no patch should touch.
support::Result<Change> read_change(const std::string& json);

} // namespace slipway::change
