// SPDX-License-Identifier: GPL-3.0-or-later
//
// Getting the repositories' databases.
#pragma once

#include <download.hpp>
#include <repository.hpp>
#include <resolver.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// Fetch NAME.db of each repository to database_path(folder, NAME). Kind::verify, naming database and server,
/// for what is no tar file.
support::Result<std::vector<Database>> fetch_databases(Downloader& downloader, const DownloadHooks& hooks,
                                                       const std::vector<Repository>& repositories,
                                                       const std::string& architecture,
                                                       const std::string& folder);

} // namespace slipway::pacman_fetch
