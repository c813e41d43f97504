// SPDX-License-Identifier: GPL-3.0-or-later
//
// Starts a plugin of somebody's own: a copy of the SDK's template of a language, with another name.
#pragma once

#include <support/result.hpp>

#include <string>
#include <vector>

namespace slipway::host {

struct Scaffold {
    std::string name;     ///< what chains will call the stage
    std::string language; ///< one of languages()
    std::string folder;   ///< to be made
};

/// Those there are templates for: "cpp", "c", "rust".
const std::vector<std::string>& languages();

/// Kind::config: not [a-z][a-z0-9-]{0,63}, or a name that CMake or Cargo has for something else.
support::Result<void> check_plugin_name(const std::string& name);

/// Copy `templates`/LANGUAGE. Kind::conflict: the folder exists, whatever it is. On failure nothing is left
/// but parents of the folder.
support::Result<void> make_plugin_folder(const Scaffold& scaffold, const std::string& templates);

/// Where the templates of this installation, or of this build tree, are.
support::Result<std::string> template_folder();

} // namespace slipway::host
