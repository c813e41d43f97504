// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many files at once, over libcurl's multi interface: one thread, connections kept between runs.
#pragma once

#include <transfer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// What the downloader asks and tells while it runs.
struct DownloadHooks {
    std::function<bool()> cancelled;                  ///< true: stop soon
    std::function<void(std::uint64_t)> progress = {}; ///< bytes received by this run() so far; optional
};

/// Fetches files in parallel. Not thread-safe.
class Downloader {
public:
    /// `parallel`: transfers at the same time, at least 1.
    static support::Result<std::unique_ptr<Downloader>> create(unsigned parallel);

    /// Fetch all files, started in their order. Returns for each the URL that delivered it, without
    /// credentials. The first file that no server delivers stops all others; files already written stay.
    support::Result<std::vector<std::string>> run(const std::vector<Download>& downloads,
                                                  const DownloadHooks& hooks);

private:
    struct MultiDeleter {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };

    struct Active {
        std::size_t index;
        std::unique_ptr<Transfer> transfer;
    };

    explicit Downloader(unsigned parallel) : parallel_(parallel) {}

    bool stop() const;
    support::Result<void> start(std::size_t index, const Download& download);
    support::Result<void> collect(std::vector<std::string>& origins);
    support::Result<void> collect_one(CURL* easy, CURLcode code, std::vector<std::string>& origins);
    void stop_all();
    void tell_progress() const;

    unsigned parallel_;
    const std::function<bool()> stop_ = [this] { return stop(); };
    std::unique_ptr<CURLM, MultiDeleter> multi_;
    std::map<CURL*, Active> active_; ///< their handles are in multi_
    const DownloadHooks* hooks_ = nullptr;
    std::uint64_t finished_bytes_ = 0;
};

} // namespace slipway::pacman_fetch
