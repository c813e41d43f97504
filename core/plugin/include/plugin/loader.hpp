// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loads a plugin into this process: the worker's business. Every way in which that can fail has a message
// that says what is wrong with the file and what its author or user can do.
#pragma once

#include <plugin/description.hpp>
#include <slipway/stage.h>

#include <string>

namespace slipway::plugin {

/// May this file be loaded? A regular file; neither it nor its folder writable by group or others, both
/// owned by root or the user (or the folder sticky and owned so); a 64-bit ELF shared object for this
/// machine. Reads the first bytes, runs nothing.
support::Result<void> check_file(const std::string& path);

/// dlopen (RTLD_NOW | RTLD_LOCAL), the entry point, the version gate. The object stays loaded for the life
/// of the process. `path` must have passed check_file().
support::Result<const slipway_plugin*> load(const std::string& path);

/// Everything a loaded plugin says of itself, checked against the rules of stage.h.
support::Result<Description> describe(const std::string& path, const slipway_plugin& plugin);

} // namespace slipway::plugin
