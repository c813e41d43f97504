// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many files at once, over libcurl's multi interface: one thread, connections kept between runs.
#pragma once

#include <transfer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

/// What the downloader asks and tells while it runs.
struct DownloadHooks {
    std::function<bool()> cancelled;                  ///< true: stop soon
    std::function<void(std::uint64_t)> progress = {}; ///< bytes of the files that are here; optional
    /// Download `index` is whole, right and closed; optional.
    std::function<void(std::size_t index, const Arrival&)> arrived = {};
};

/// Fetches files in parallel. Not thread-safe.
class Downloader {
public:
    struct Settings {
        unsigned parallel = 8; ///< transfers at the same time, at least 1
        http::Network network = {};
        Patience patience = {};
    };

    static support::Result<std::unique_ptr<Downloader>> create(Settings settings);

    /// Fetch all files, started in their order. The first file that no server delivers stops all others; what
    /// is written already stays.
    support::Result<std::vector<Arrival>> run(const std::vector<Download>& downloads,
                                              const DownloadHooks& hooks);

private:
    struct Active {
        std::size_t index;
        std::unique_ptr<Transfer> transfer;
    };

    explicit Downloader(Settings settings) : settings_(std::move(settings)) {}

    bool stop() const;
    void tell_progress() const;
    support::Result<void> fill(const std::vector<Download>& downloads, std::size_t& next);
    support::Result<void> start(std::size_t index, const Download& download);
    support::Result<void> add(Active active);
    support::Result<void> wake();
    support::Result<void> collect();
    support::Result<void> collect_one(CURL* easy, CURLcode code);
    void done(const Active& active);
    void wait(int running) const;
    void stop_all();

    Settings settings_;
    http::Multi multi_;
    std::map<CURL*, Active> active_;
    std::vector<Active> waiting_; ///< for their next try
    std::vector<Arrival> arrivals_;
    const DownloadHooks* hooks_ = nullptr;
    std::function<bool()> stop_ = [this] { return stop(); };
    std::minstd_rand generator_{std::random_device()()};
    std::function<double()> random_ = [this] { return std::uniform_real_distribution<>()(generator_); };
    std::uint64_t finished_bytes_ = 0;
};

} // namespace slipway::pacman_fetch
