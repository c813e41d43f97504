// SPDX-License-Identifier: GPL-3.0-or-later
#include <packages.hpp>
#include <partial_folder.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

/// Which downloads have arrived, told by one thread and awaited by another.
class Arrivals {
public:
    explicit Arrivals(std::size_t count) : there_(count) {}

    void add(std::size_t index, std::string url) {
        const std::lock_guard guard(mutex_);
        there_[index] = std::move(url);
        changed_.notify_all();
    }

    void no_more() {
        const std::lock_guard guard(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    /// Where the download came from; nullopt: it has not arrived, and never will.
    std::optional<std::string> wait_for(std::size_t index) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return there_[index].has_value() || ended_; });
        return there_[index];
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<std::string>> there_;
    bool ended_ = false;
};

class Fetch {
public:
    Fetch(Downloader& downloader, const FetchPlan& plan, const FetchHooks& hooks, PackageSink& sink)
        : downloader_(downloader), plan_(plan), hooks_(hooks), sink_(sink) {
        for (const Package& package : plan.packages)
            total_ += package.size;
    }

    Result<FetchCount> run();

private:
    Result<void> adopt_first();
    std::vector<bool> find_stored() const;
    Result<void> list_downloads();
    Result<Download> to_download(const Package& package) const;
    Result<std::vector<Arrival>> download(Arrivals& arrivals);
    Result<void> publish_all(Arrivals& arrivals);
    Result<bool> adopt(const Package& package);

    std::string path_of(const Package& package) const { return plan_.folder + "/" + package.sha256.hex(); }

    Downloader& downloader_;
    const FetchPlan& plan_;
    const FetchHooks& hooks_;
    PackageSink& sink_;
    std::vector<Download> downloads_;
    std::size_t adopted_ = 0;                        ///< packages that are published, before all others
    std::vector<bool> is_stored_;                    ///< by package index
    std::map<std::size_t, std::size_t> download_of_; ///< package index to download index
    std::atomic<bool> given_up_ = false;
    std::uint64_t total_ = 0;
    std::uint64_t stored_bytes_ = 0;
    FetchCount count_;
};

/// Those that come before the first that is missing: as a rule all of them, or none. They are asked for only
/// once.
Result<void> Fetch::adopt_first() {
    for (; adopted_ < plan_.packages.size(); ++adopted_) {
        SLIPWAY_TRY_ASSIGN(const bool adopted, adopt(plan_.packages[adopted_]));
        if (!adopted) return {};
    }
    return {};
}

std::vector<bool> Fetch::find_stored() const {
    std::vector<bool> stored(adopted_, true);
    while (stored.size() < plan_.packages.size())
        stored.push_back(sink_.stored(plan_.packages[stored.size()]));
    return stored;
}

Result<Download> Fetch::to_download(const Package& package) const {
    const auto it = std::ranges::find(plan_.repositories, package.repository, &Repository::name);
    if (it == plan_.repositories.end())
        return Error{Kind::internal,
                     "package '" + package.name + "': no repository '" + package.repository + "'"};
    return Download{"package '" + package.filename + "'",
                    package_urls(*it, plan_.architecture, package.filename), path_of(package), package.size,
                    Expected{package.size, package.sha256}};
}

Result<void> Fetch::list_downloads() {
    std::map<std::string, std::size_t> by_digest;
    for (std::size_t i = 0; i < plan_.packages.size(); ++i) {
        const Package& package = plan_.packages[i];
        if (by_digest.contains(package.sha256.hex()) || is_stored_[i]) {
            stored_bytes_ += package.size;
            continue;
        }
        SLIPWAY_TRY_ASSIGN(auto download, to_download(package));
        by_digest.emplace(package.sha256.hex(), downloads_.size());
        download_of_.emplace(i, downloads_.size());
        downloads_.push_back(std::move(download));
    }
    return {};
}

Result<std::vector<Arrival>> Fetch::download(Arrivals& arrivals) {
    const DownloadHooks hooks{
        [this] { return given_up_ || hooks_.cancelled(); },
        [this](std::uint64_t bytes) { hooks_.progress(std::min(stored_bytes_ + bytes, total_), total_); },
        [&](std::size_t index, const Arrival& arrival) { arrivals.add(index, arrival.url); }};
    auto done = downloader_.run(downloads_, hooks);
    arrivals.no_more();
    return done;
}

/// False: the store does not hold it.
Result<bool> Fetch::adopt(const Package& package) {
    if (hooks_.cancelled()) return Error{Kind::cancelled, "fetching packages: cancelled"};
    SLIPWAY_TRY_ASSIGN(const bool adopted, sink_.adopt(package));
    count_.stored += adopted ? 1 : 0;
    return adopted;
}

/// What has come is published while the rest is still on its way. What will never come ends it without an
/// error: the download has that.
Result<void> Fetch::publish_all(Arrivals& arrivals) {
    for (std::size_t i = adopted_; i < plan_.packages.size(); ++i) {
        const Package& package = plan_.packages[i];
        const auto download = download_of_.find(i);
        if (download == download_of_.end()) {
            SLIPWAY_TRY_ASSIGN(const bool adopted, adopt(package));
            if (adopted) continue;
            return Error{Kind::io,
                         "package '" + package.filename + "': the store held it a moment ago, and lost it",
                         "run again"};
        }
        const auto url = arrivals.wait_for(download->second);
        if (!url) return {};
        SLIPWAY_TRY(sink_.publish(package, path_of(package), *url));
        SLIPWAY_TRY(remove_partial(path_of(package)));
        ++count_.downloaded;
    }
    return {};
}

Result<FetchCount> Fetch::run() {
    PartialFolder folder; // held while it is used
    SLIPWAY_TRY(adopt_first());
    if (adopted_ < plan_.packages.size() || has_leftovers(plan_.folder)) {
        SLIPWAY_TRY_ASSIGN(folder, PartialFolder::take(plan_.folder, hooks_.cancelled, hooks_.waiting));
        SLIPWAY_TRY(adopt_first()); // somebody else may have fetched them meanwhile
    }
    is_stored_ = find_stored();
    SLIPWAY_TRY(list_downloads());
    Arrivals arrivals(downloads_.size());
    auto downloading = std::async(std::launch::async, [&] { return download(arrivals); });
    auto published = publish_all(arrivals);
    given_up_ = !published;
    auto arrived = downloading.get();
    if (!published) return std::move(published).error();
    if (!arrived) return std::move(arrived).error();
    for (const Arrival& arrival : arrived.value())
        count_.downloaded_bytes += arrival.received;
    hooks_.progress(total_, total_);
    return count_;
}

} // namespace

Result<FetchCount> fetch_packages(Downloader& downloader, const FetchPlan& plan, const FetchHooks& hooks,
                                  PackageSink& sink) {
    return Fetch(downloader, plan, hooks, sink).run();
}

} // namespace slipway::pacman_fetch
