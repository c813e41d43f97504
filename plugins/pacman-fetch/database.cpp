// SPDX-License-Identifier: GPL-3.0-or-later
#include <database.hpp>
#include <support/fs.hpp>

#include <filesystem>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// The largest database of a distribution today has 10 MB.
constexpr std::uint64_t max_database_bytes = 256u << 20;

Result<Database> describe(const std::string& repository, const std::string& origin, const std::string& path) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed) return support::errno_error("reading '" + path + "'", failed.value());
    if (size == 0)
        return Error{Kind::verify, "database '" + repository + "' from " + origin + ": the file is empty",
                     "use another server"};
    SLIPWAY_TRY_ASSIGN(auto digest, support::sha256_of_file(path));
    return Database{repository, origin, size, std::move(digest)};
}

} // namespace

Result<std::vector<Database>> fetch_databases(Downloader& downloader, const DownloadHooks& hooks,
                                              const std::vector<Repository>& repositories,
                                              const std::string& architecture, const std::string& folder) {
    std::vector<Download> downloads;
    for (const Repository& repository : repositories) {
        const std::string path = database_path(folder, repository.name);
        SLIPWAY_TRY(support::make_dirs(std::filesystem::path(path).parent_path().string()));
        downloads.push_back({"database '" + repository.name + "'",
                             urls_of(repository, architecture, repository.name + ".db"), path,
                             max_database_bytes, std::nullopt});
    }
    SLIPWAY_TRY_ASSIGN(const auto origins, downloader.run(downloads, hooks));
    std::vector<Database> databases;
    for (std::size_t i = 0; i < downloads.size(); ++i) {
        SLIPWAY_TRY_ASSIGN(auto database, describe(repositories[i].name, origins[i], downloads[i].path));
        databases.push_back(std::move(database));
    }
    return databases;
}

} // namespace slipway::pacman_fetch
