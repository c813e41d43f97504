// SPDX-License-Identifier: GPL-3.0-or-later
#include <alpm.h>
#include <archive.h>
#include <archive_entry.h>
#include <database.hpp>
#include <http/url.hpp>
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
constexpr std::int64_t max_unpacked_bytes = 512 << 20;
constexpr std::uint64_t max_signature_bytes = 16u << 10; // pacman's own limit

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
    int status = archive_read_open_filename(reader.get(), path.c_str(), 65536);
    std::int64_t holes = 0; // a sparse file takes no room in the tar
    while (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
        status = archive_read_next_header(reader.get(), &entry);
        if (status == ARCHIVE_OK && archive_entry_sparse_count(entry) > 0) holes += archive_entry_size(entry);
        if (archive_filter_bytes(reader.get(), 0) > max_unpacked_bytes || holes > max_unpacked_bytes)
            return Error{Kind::verify,
                         subject + ": unpacks to more than " + support::human_bytes(max_unpacked_bytes),
                         "this is no database: use another server"};
    }
    if (status == ARCHIVE_EOF) return {};
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

class Fetch {
public:
    Fetch(Downloader& downloader, const DownloadHooks& hooks, const DatabasePlan& plan)
        : downloader_(downloader), hooks_(hooks), plan_(plan) {}

    Result<std::vector<Database>> run();

private:
    Download to_download(const Repository& repository) const;
    Result<void> take(const Download& download, Arrival& arrival);
    Result<Database> take_readable(const Repository& repository, Download download, Arrival& arrival);
    Result<void> fetch_signature(const Repository& repository, const Arrival& arrival,
                                 const std::string& path);

    Downloader& downloader_;
    const DownloadHooks& hooks_;
    const DatabasePlan& plan_;
};

Download Fetch::to_download(const Repository& repository) const {
    Download download{"database '" + repository.name + "'",
                      urls_of(repository, plan_.architecture, repository.name + ".db"),
                      database_path(plan_.folder, repository.name), max_database_bytes, std::nullopt};
    for (const std::string& url : download.urls)
        if (const Validator known = plan_.cache.known(url); !known.empty())
            download.known.emplace(url, known);
    return download;
}

/// The file of an answer: sent now, or kept from an earlier one.
Result<void> Fetch::take(const Download& download, Arrival& arrival) {
    if (!arrival.unchanged) return {};
    if (plan_.cache.copy_to(arrival.url, download.path)) return {};
    plan_.cache.forget(arrival.url);
    Download again = download;
    again.known.clear();
    SLIPWAY_TRY_ASSIGN(const auto arrivals, downloader_.run({again}, hooks_));
    arrival = arrivals.front();
    return {};
}

/// A server whose database cannot be read has failed like one that does not answer: the next one is asked.
Result<Database> Fetch::take_readable(const Repository& repository, Download download, Arrival& arrival) {
    for (;;) {
        SLIPWAY_TRY(take(download, arrival));
        auto database = describe(repository.name, http::without_credentials(arrival.url), download.path);
        if (database || database.error().kind != Kind::verify) return database;
        plan_.cache.forget(arrival.url);
        std::erase(download.urls, arrival.url);
        download.known.clear();
        if (download.urls.empty()) return database;
        auto more = downloader_.run({download}, hooks_);
        if (!more && more.error().kind == Kind::cancelled) return std::move(more).error();
        if (!more) return database;
        arrival = more.value().front();
    }
}

Result<void> Fetch::fetch_signature(const Repository& repository, const Arrival& arrival,
                                    const std::string& path) {
    SLIPWAY_TRY(support::remove_tree(path + ".sig"));
    if ((repository.siglevel & ALPM_SIG_DATABASE) == 0) return {};
    const Download download{"signature of database '" + repository.name + "'",
                            {arrival.url + ".sig"},
                            path + ".sig",
                            max_signature_bytes,
                            std::nullopt};
    auto fetched = downloader_.run({download}, hooks_);
    if (fetched) return {};
    SLIPWAY_TRY(support::remove_tree(path + ".sig"));
    const bool optional = (repository.siglevel & ALPM_SIG_DATABASE_OPTIONAL) != 0;
    if (fetched.error().kind != Kind::not_found) return std::move(fetched).error();
    if (optional) return {};
    return Error{Kind::verify,
                 "database '" + repository.name + "' from " + http::without_credentials(arrival.url)
                     + ": it is not signed, and SigLevel requires that",
                 "\"DatabaseOptional\" in the SigLevel accepts it"};
}

Result<std::vector<Database>> Fetch::run() {
    std::vector<Download> downloads;
    for (const Repository& repository : plan_.repositories) {
        downloads.push_back(to_download(repository));
        SLIPWAY_TRY(support::make_dirs(std::filesystem::path(downloads.back().path).parent_path().string()));
    }
    SLIPWAY_TRY_ASSIGN(auto arrivals, downloader_.run(downloads, hooks_));
    std::vector<Database> databases;
    for (std::size_t i = 0; i < downloads.size(); ++i) {
        const Repository& repository = plan_.repositories[i];
        const std::string& path = downloads[i].path;
        SLIPWAY_TRY_ASSIGN(auto database, take_readable(repository, downloads[i], arrivals[i]));
        SLIPWAY_TRY(fetch_signature(repository, arrivals[i], path));
        if (!arrivals[i].unchanged) plan_.cache.keep(arrivals[i].url, arrivals[i].validator, path);
        database.siglevel = repository.siglevel;
        database.usage = repository.usage;
        databases.push_back(std::move(database));
    }
    return databases;
}

} // namespace

Result<std::vector<Database>> fetch_databases(Downloader& downloader, const DownloadHooks& hooks,
                                              const DatabasePlan& plan) {
    return Fetch(downloader, hooks, plan).run();
}

} // namespace slipway::pacman_fetch
