// SPDX-License-Identifier: GPL-3.0-or-later
//
// Makes a library file out of a template, as Arch Linux does for its image.
#pragma once

#include <move.hpp>

#include <string>
#include <vector>

namespace slipway::stackbrew {

/// `text` with every `${NAME}` replaced. NAME is version, tag, ref, commit or remote; where several releases
/// come in, `VALUE.NAME` of the one whose variant has that value ("base-devel.commit"). `$${` is a plain
/// `${`.
///
/// Kind::config "line N: ..." for a name that is none, and for a `${` without end.
support::Result<std::string> fill_template(const std::string& text, const std::vector<Release>& releases);

/// What a file made so changes: an entry of `after` that has a tag of an entry of `before`, and another
/// commit or ref. Kind::config for a file that bashbrew would refuse.
support::Result<Edited> replace_whole(const File& before, const std::string& after);

} // namespace slipway::stackbrew
