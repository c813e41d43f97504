// SPDX-License-Identifier: GPL-3.0-or-later
#include <packages.hpp>
#include <support/fs.hpp>

#include <algorithm>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// The most packages on disk that are not published yet.
constexpr std::size_t max_batch = 32;

class Fetch {
public:
    Fetch(Downloader& downloader, const FetchPlan& plan, const FetchHooks& hooks, PackageSink& sink)
        : downloader_(downloader), plan_(plan), hooks_(hooks), sink_(sink) {
        for (const Package& package : plan.packages)
            total_ += package.size;
    }

    Result<FetchCount> run();

private:
    Result<bool> adopt(const Package& package);
    Result<void> download(std::size_t first, std::size_t end);
    Result<bool> publish_batch(std::size_t first, std::size_t end);
    Result<void> publish(std::size_t index);
    Result<Download> to_download(std::size_t index) const;
    void account(const Package& package);

    std::string path_of(std::size_t index) const { return plan_.folder + "/" + std::to_string(index); }

    Downloader& downloader_;
    const FetchPlan& plan_;
    const FetchHooks& hooks_;
    PackageSink& sink_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    FetchCount count_;
};

void Fetch::account(const Package& package) {
    done_ += package.size;
    hooks_.progress(done_, total_);
}

Result<bool> Fetch::adopt(const Package& package) {
    if (hooks_.cancelled()) return Error{Kind::cancelled, "fetching packages: cancelled"};
    SLIPWAY_TRY_ASSIGN(const bool adopted, sink_.adopt(package));
    if (adopted) {
        ++count_.stored;
        account(package);
    }
    return adopted;
}

Result<Download> Fetch::to_download(std::size_t index) const {
    const Package& package = plan_.packages[index];
    const auto named = [&](const Repository& r) { return r.name == package.repository; };
    const auto it = std::find_if(plan_.repositories.begin(), plan_.repositories.end(), named);
    if (it == plan_.repositories.end())
        return Error{Kind::internal,
                     "package '" + package.name + "': no repository '" + package.repository + "'"};
    return Download{"package '" + package.filename + "'", urls_of(*it, plan_.architecture, package.filename),
                    path_of(index), package.size, Expected{package.size, package.sha256}};
}

Result<void> Fetch::download(std::size_t first, std::size_t end) {
    std::vector<Download> downloads;
    for (std::size_t i = first; i < end; ++i) {
        SLIPWAY_TRY_ASSIGN(auto download, to_download(i));
        downloads.push_back(std::move(download));
    }
    const auto progress = [this](std::uint64_t bytes) {
        hooks_.progress(std::min(done_ + bytes, total_), total_);
    };
    SLIPWAY_TRY(downloader_.run(downloads, {hooks_.cancelled, progress}));
    return {};
}

Result<void> Fetch::publish(std::size_t index) {
    const Package& package = plan_.packages[index];
    SLIPWAY_TRY(sink_.publish(package, path_of(index)));
    ++count_.downloaded;
    count_.downloaded_bytes += package.size;
    account(package);
    return {};
}

/// Whether every package of the batch was needed. The sink was asked for the first one already.
Result<bool> Fetch::publish_batch(std::size_t first, std::size_t end) {
    bool all_needed = true;
    for (std::size_t i = first; i < end; ++i) {
        bool stored = false;
        if (i != first) {
            SLIPWAY_TRY_ASSIGN(stored, adopt(plan_.packages[i]));
        }
        if (!stored) SLIPWAY_TRY(publish(i));
        SLIPWAY_TRY(support::remove_tree(path_of(i)));
        all_needed = all_needed && !stored;
    }
    return all_needed;
}

// The sink takes packages in order and says only then whether it has one, while downloads should run side by
// side. So fetch ahead of it in batches that grow while it has nothing and start over when it has something:
// an empty store is filled in parallel, a full one costs no byte, and one in between little that is not used.
Result<FetchCount> Fetch::run() {
    SLIPWAY_TRY(support::make_dirs(plan_.folder));
    const std::size_t count = plan_.packages.size();
    std::size_t batch = 1;
    for (std::size_t next = 0; next < count;) {
        SLIPWAY_TRY_ASSIGN(const bool stored, adopt(plan_.packages[next]));
        if (stored) {
            ++next;
            batch = 1;
            continue;
        }
        const std::size_t end = std::min(count, next + batch);
        SLIPWAY_TRY(download(next, end));
        SLIPWAY_TRY_ASSIGN(const bool all_needed, publish_batch(next, end));
        batch = all_needed ? std::min(batch * 2, max_batch) : 1;
        next = end;
    }
    return count_;
}

} // namespace

Result<FetchCount> fetch_packages(Downloader& downloader, const FetchPlan& plan, const FetchHooks& hooks,
                                  PackageSink& sink) {
    return Fetch(downloader, plan, hooks, sink).run();
}

} // namespace slipway::pacman_fetch
