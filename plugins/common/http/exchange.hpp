// SPDX-License-Identifier: GPL-3.0-or-later
//
// One request and its answer over libcurl, without redirects.
#pragma once

#include <http/message.hpp>
#include <http/network.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::http {

class Exchange {
public:
    /// `request` and `cancelled` must outlive it.
    Exchange(const Request& request, const std::function<bool()>& cancelled)
        : request_(request), cancelled_(cancelled) {}

    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    support::Result<Response> run(CURLM* multi, const Network& network, const Timeouts& timeouts);

private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* self);

    support::Result<void> set_up(const Network& network, const Timeouts& timeouts);
    support::Result<void> set_up_headers();
    support::Result<CURLcode> perform(CURLM* multi) const;
    support::Result<void> take(std::string_view bytes);
    void take_header(std::string_view line);

    const Request& request_;
    const std::function<bool()>& cancelled_;
    Easy easy_;
    List lines_;
    Response response_;
    std::size_t received_ = 0;
    std::size_t header_bytes_ = 0;
    std::optional<support::Error> stopped_; ///< why a callback ended the transfer
    char words_[CURL_ERROR_SIZE] = {};
};

} // namespace slipway::http
