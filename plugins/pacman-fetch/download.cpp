// SPDX-License-Identifier: GPL-3.0-or-later
#include <download.hpp>

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

Result<std::unique_ptr<Downloader>> Downloader::create(unsigned parallel) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    std::unique_ptr<Downloader> downloader(new Downloader(parallel));
    downloader->multi_.reset(initialised == CURLE_OK ? curl_multi_init() : nullptr);
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
    hooks_->progress(bytes);
}

Result<void> Downloader::start(std::size_t index, const Download& download) {
    SLIPWAY_TRY_ASSIGN(auto transfer, Transfer::create(download, stop_));
    CURL* easy = transfer->easy();
    if (const auto code = curl_multi_add_handle(multi_.get(), easy); code != CURLM_OK)
        return multi_error(code);
    active_.emplace(easy, Active{index, std::move(transfer)});
    return {};
}

Result<void> Downloader::collect_one(CURL* easy, CURLcode code, std::vector<std::string>& origins) {
    curl_multi_remove_handle(multi_.get(), easy);
    auto node = active_.extract(easy);
    Active& active = node.mapped();
    SLIPWAY_TRY_ASSIGN(const auto next, active.transfer->finish(code));
    if (next == Transfer::Next::done) {
        finished_bytes_ += active.transfer->received();
        origins[active.index] = active.transfer->origin();
        return {};
    }
    if (const auto added = curl_multi_add_handle(multi_.get(), easy); added != CURLM_OK)
        return multi_error(added);
    active_.insert(std::move(node));
    return {};
}

Result<void> Downloader::collect(std::vector<std::string>& origins) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
        if (message->msg == CURLMSG_DONE)
            SLIPWAY_TRY(collect_one(message->easy_handle, message->data.result, origins));
    return {};
}

void Downloader::stop_all() {
    for (const auto& [easy, active] : active_)
        curl_multi_remove_handle(multi_.get(), easy);
    active_.clear();
    hooks_ = nullptr;
}

Result<std::vector<std::string>> Downloader::run(const std::vector<Download>& downloads,
                                                 const DownloadHooks& hooks) {
    hooks_ = &hooks;
    finished_bytes_ = 0;
    const AtExit clear([this] { stop_all(); });
    std::vector<std::string> origins(downloads.size());
    for (std::size_t next = 0; next < downloads.size() || !active_.empty();) {
        if (hooks.cancelled()) return Error{Kind::cancelled, "downloading: cancelled"};
        for (; next < downloads.size() && active_.size() < parallel_; ++next)
            SLIPWAY_TRY(start(next, downloads[next]));
        int running = 0;
        if (const auto code = curl_multi_perform(multi_.get(), &running); code != CURLM_OK)
            return multi_error(code);
        SLIPWAY_TRY(collect(origins));
        tell_progress();
        if (running > 0) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
    }
    return origins;
}

} // namespace slipway::pacman_fetch
