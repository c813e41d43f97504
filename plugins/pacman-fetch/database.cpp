// SPDX-License-Identifier: GPL-3.0-or-later
#include <archive.h>
#include <database.hpp>
#include <support/fs.hpp>
#include <support/text.hpp>

#include <filesystem>
#include <memory>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// The largest database of a distribution today has 10 MB.
constexpr std::uint64_t max_database_bytes = 256u << 20;

struct ArchiveDeleter {
    void operator()(archive* a) const { archive_read_free(a); }
};

/// repo-add(8) writes tar, packed or not. libalpm reads whatever libarchive knows: an HTML page as an mtree
/// listing, whose entries can name files of this machine, and an empty file as a repository without packages.
/// The compressions are those of makepkg.conf(5) that libarchive does by itself.
Result<void> check_is_tar(const std::string& subject, const std::string& path) {
    const std::unique_ptr<archive, ArchiveDeleter> reader(archive_read_new());
    if (!reader) return Error{Kind::resource, subject + ": out of memory"};
    archive_read_support_filter_gzip(reader.get()); // not _all: some of those start programs
    archive_read_support_filter_bzip2(reader.get());
    archive_read_support_filter_xz(reader.get());
    archive_read_support_filter_zstd(reader.get());
    archive_read_support_format_tar(reader.get());
    archive_entry* entry = nullptr;
    if (archive_read_open_filename(reader.get(), path.c_str(), 65536) == ARCHIVE_OK
        && archive_read_next_header(reader.get(), &entry) != ARCHIVE_FATAL)
        return {};
    const char* cause = archive_error_string(reader.get());
    return Error{Kind::verify,
                 subject + ": not a readable tar file: " + support::printable(cause != nullptr ? cause : ""),
                 "the server holds a damaged database, or something else in its place: use another server"};
}

Result<Database> describe(const std::string& repository, const std::string& origin, const std::string& path) {
    SLIPWAY_TRY(check_is_tar("database '" + repository + "' from " + origin, path));
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed) return support::errno_error("reading '" + path + "'", failed.value());
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
