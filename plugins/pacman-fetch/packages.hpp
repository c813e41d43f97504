// SPDX-License-Identifier: GPL-3.0-or-later
//
// Getting the packages, in order, from the store where it has them and else from the servers.
#pragma once

#include <download.hpp>
#include <package.hpp>
#include <repository.hpp>

#include <functional>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// Where packages end up. Called in install order, on the thread of fetch_packages().
class PackageSink {
public:
    virtual ~PackageSink() = default;

    /// Take the package from what is stored already; false if it is not there.
    virtual support::Result<bool> adopt(const Package& package) = 0;

    /// Take the bytes of the file `path`, which are the package's.
    virtual support::Result<void> publish(const Package& package, const std::string& path) = 0;
};

struct FetchPlan {
    std::vector<Package> packages;
    std::vector<Repository> repositories;
    std::string architecture;
    std::string folder; ///< for files on their way; the caller's own, made if missing
};

struct FetchHooks {
    std::function<bool()> cancelled;
    std::function<void(std::uint64_t done, std::uint64_t total)> progress; ///< bytes of all packages
};

struct FetchCount {
    std::size_t stored = 0; ///< packages that the sink had
    std::size_t downloaded = 0;
    std::uint64_t downloaded_bytes = 0;
};

/// Every package into the sink, each checked against its size and SHA-256.
support::Result<FetchCount> fetch_packages(Downloader& downloader, const FetchPlan& plan,
                                           const FetchHooks& hooks, PackageSink& sink);

} // namespace slipway::pacman_fetch
