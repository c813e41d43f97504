// SPDX-License-Identifier: GPL-3.0-or-later
#include <download.hpp>

#include <algorithm>

namespace slipway::pacman_fetch {

using support::Error;
using support::Kind;
using support::Result;

namespace {

constexpr int poll_ms = 100; ///< how often at least `cancelled` is asked

Error multi_error(CURLMcode code) {
    return {Kind::internal, std::string("libcurl: ") + curl_multi_strerror(code)};
}

/// Calls a function at the end of a scope.
template <class Function>
class AtExit {
public:
    explicit AtExit(Function function) : function_(std::move(function)) {}

    ~AtExit() { function_(); }

    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;

private:
    Function function_;
};

} // namespace

Result<std::unique_ptr<Downloader>> Downloader::create(Settings settings) {
    SLIPWAY_TRY(http::initialise());
    std::unique_ptr<Downloader> downloader(new Downloader(std::move(settings)));
    downloader->multi_.reset(curl_multi_init());
    if (!downloader->multi_) return Error{Kind::resource, "libcurl: could not be initialised"};
    return downloader;
}

bool Downloader::stop() const {
    tell_progress();
    return hooks_->cancelled();
}

void Downloader::tell_progress() const {
    if (!hooks_->progress) return;
    std::uint64_t bytes = finished_bytes_;
    for (const auto& [easy, active] : active_)
        bytes += active.transfer->received();
    for (const Active& active : waiting_)
        bytes += active.transfer->received();
    hooks_->progress(bytes);
}

void Downloader::done(const Active& active) {
    finished_bytes_ += active.transfer->received();
    arrivals_[active.index] = active.transfer->arrival();
    if (hooks_->arrived) hooks_->arrived(active.index, arrivals_[active.index]);
}

Result<void> Downloader::add(Active active) {
    CURL* easy = active.transfer->easy();
    if (const auto code = curl_multi_add_handle(multi_.get(), easy); code != CURLM_OK)
        return multi_error(code);
    active_.emplace(easy, std::move(active));
    return {};
}

Result<void> Downloader::start(std::size_t index, const Download& download) {
    const Transfer::Environment environment{settings_.network, settings_.patience, stop_, random_};
    SLIPWAY_TRY_ASSIGN(auto transfer, Transfer::create(download, environment));
    if (!transfer->complete()) return add({index, std::move(transfer)});
    done({index, std::move(transfer)});
    return {};
}

Result<void> Downloader::fill(const std::vector<Download>& downloads, std::size_t& next) {
    for (; next < downloads.size() && active_.size() < settings_.parallel && !stop(); ++next)
        SLIPWAY_TRY(start(next, downloads[next]));
    return {};
}

/// Begin the tries whose time has come.
Result<void> Downloader::wake() {
    const auto now = Transfer::Clock::now();
    for (auto it = waiting_.begin(); it != waiting_.end() && active_.size() < settings_.parallel;) {
        if (it->transfer->due() > now) {
            ++it;
            continue;
        }
        Active active = std::move(*it);
        it = waiting_.erase(it);
        SLIPWAY_TRY(add(std::move(active)));
    }
    return {};
}

Result<void> Downloader::collect_one(CURL* easy, CURLcode code) {
    curl_multi_remove_handle(multi_.get(), easy);
    auto node = active_.extract(easy);
    SLIPWAY_TRY_ASSIGN(const auto next, node.mapped().transfer->finish(code));
    if (next == Transfer::Next::done)
        done(node.mapped());
    else
        waiting_.push_back(std::move(node.mapped()));
    return {};
}

Result<void> Downloader::collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
        if (message->msg == CURLMSG_DONE)
            SLIPWAY_TRY(collect_one(message->easy_handle, message->data.result));
    return {};
}

void Downloader::wait(int running) const {
    using std::chrono::milliseconds;
    milliseconds pause(poll_ms);
    for (const Active& active : waiting_) // they cannot begin while there is no slot
        if (active_.size() < settings_.parallel)
            pause = std::min(pause, std::chrono::duration_cast<milliseconds>(active.transfer->due()
                                                                             - Transfer::Clock::now()));
    if (pause.count() > 0 && (running > 0 || !waiting_.empty()))
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(pause.count()), nullptr);
}

void Downloader::stop_all() {
    for (const auto& [easy, active] : active_)
        curl_multi_remove_handle(multi_.get(), easy);
    active_.clear();
    waiting_.clear();
    hooks_ = nullptr;
}

Result<std::vector<Arrival>> Downloader::run(const std::vector<Download>& downloads,
                                             const DownloadHooks& hooks) {
    hooks_ = &hooks;
    finished_bytes_ = 0;
    arrivals_.assign(downloads.size(), {});
    const AtExit clear([this] { stop_all(); });
    for (std::size_t next = 0; next < downloads.size() || !active_.empty() || !waiting_.empty();) {
        if (hooks.cancelled()) return Error{Kind::cancelled, "downloading: cancelled"};
        SLIPWAY_TRY(wake());
        SLIPWAY_TRY(fill(downloads, next));
        int running = 0;
        if (const auto code = curl_multi_perform(multi_.get(), &running); code != CURLM_OK)
            return multi_error(code);
        SLIPWAY_TRY(collect());
        tell_progress();
        if (active_.size() == static_cast<std::size_t>(running)) wait(running);
    }
    return std::move(arrivals_);
}

} // namespace slipway::pacman_fetch
