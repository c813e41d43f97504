// SPDX-License-Identifier: GPL-3.0-or-later
//
// Getting the repositories' databases.
#pragma once

#include <database_cache.hpp>
#include <download.hpp>
#include <repository.hpp>
#include <resolver.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

struct DatabasePlan {
    std::vector<Repository> repositories;
    std::string architecture;
    std::string folder; ///< the files go to database_path(folder, NAME), signatures beside them
    DatabaseCache cache;
};

/// Fetch NAME.db of each repository, and NAME.db.sig of those whose siglevel looks at it. What has not
/// changed since the cache got it is not sent again. Kind::verify, naming database and server, for what is no
/// tar file, or unpacks to more than a database ever should.
support::Result<std::vector<Database>> fetch_databases(Downloader& downloader, const DownloadHooks& hooks,
                                                       const DatabasePlan& plan);

} // namespace slipway::pacman_fetch
