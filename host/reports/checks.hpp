// SPDX-License-Identifier: GPL-3.0-or-later
//
// How anybody can check what a run made: commands of coreutils, git, skopeo and GnuPG.
#pragma once

#include <support/json.hpp>

#include <string>

namespace slipway::host::reports {

/// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

/// The command that checks a file in the current folder.
std::string digest_command(const std::string& name, const std::string& sha256);

/// What can be checked in a document that a stage made, by its media type (a release, a verdict, a lock): an
/// array of {"subject", "expects", "command"}. `name`: the document's file.
support::json::Array checks_of(const std::string& type, const std::string& name,
                               const support::json::Value& document);

} // namespace slipway::host::reports
