// SPDX-License-Identifier: GPL-3.0-or-later
//
// pacman.conf(5): what of it bears on which packages are taken, and from where.
#pragma once

#include <repository.hpp>
#include <support/result.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::pacman_fetch {

struct PacmanConf {
    std::vector<std::string> architectures; ///< "auto" is left out
    std::vector<std::string> ignore;        ///< IgnorePkg
    std::vector<std::string> ignore_groups;
    std::vector<Repository> repositories; ///< in their order, each with its SigLevel over the global one
    std::vector<std::string> warnings;    ///< "FILE:LINE: ..."
};

/// The files that an Include's pattern names: path and text of each, in order.
using Include =
    std::function<support::Result<std::vector<std::pair<std::string, std::string>>>(const std::string&)>;

/// Read the text of file `name`. Kind::config, as "FILE:LINE: cause", for what pacman refuses too, and for an
/// Include deeper than 10 files.
support::Result<PacmanConf> parse_pacman_conf(std::string_view text, const std::string& name,
                                              const Include& include);

/// The same for a file, and the files it includes; relative patterns start at the folder of `path`.
support::Result<PacmanConf> read_pacman_conf(const std::string& path);

} // namespace slipway::pacman_fetch
