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

/// Where packages end up. Called on the thread of fetch_packages(); adopt() and publish() in install order.
class PackageSink {
public:
    virtual ~PackageSink() = default;

    /// Would adopt() find the package?
    virtual bool stored(const Package& package) const = 0;

    /// Take the package from what is stored already; false if it is not there.
    virtual support::Result<bool> adopt(const Package& package) = 0;

    /// Take the bytes of the file `path`, which are the package's. `url`: where they came from; empty: an
    /// earlier run had got them.
    virtual support::Result<void> publish(const Package& package, const std::string& path,
                                          const std::string& url) = 0;
};

struct FetchPlan {
    std::vector<Package> packages;
    std::vector<Repository> repositories;
    std::string architecture;
    /// For files on their way, named by their digest. Kept between runs: what a killed run has got is not
    /// asked for again. Shared with other runs at the same time: one after the other uses it.
    std::string folder;
};

/// `progress` may be called from another thread, one call at a time.
struct FetchHooks {
    std::function<bool()> cancelled; ///< may be called from another thread
    std::function<void(std::uint64_t done, std::uint64_t total)> progress; ///< bytes of all packages
    std::function<void(const std::string&)> waiting = {}; ///< said once if the folder is in use; optional
};

struct FetchCount {
    std::size_t stored = 0; ///< packages that the sink had
    std::size_t downloaded = 0;
    std::uint64_t downloaded_bytes = 0; ///< over the network, now
};

/// Every package into the sink, each checked against its size and SHA-256.
support::Result<FetchCount> fetch_packages(Downloader& downloader, const FetchPlan& plan,
                                           const FetchHooks& hooks, PackageSink& sink);

} // namespace slipway::pacman_fetch
