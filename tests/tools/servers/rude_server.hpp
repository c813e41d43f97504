// SPDX-License-Identifier: GPL-3.0-or-later
//
// An HTTP server for what nginx does not do: hang up in the middle, say nothing, answer once so and once so.
#pragma once

#include <support/fs.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace slipway::test {

/// Serves one file to one client after the other, on a loopback port, until destroyed.
class RudeServer {
public:
    struct Answer {
        std::string status = "200 OK";
        std::string headers = {};            ///< each with "\r\n"
        std::size_t cut = std::string::npos; ///< bytes of the body to send before hanging up
        bool silent = false;                 ///< take the question and never answer
    };

    /// `answer`: what to do about request `index`, from 0. Range is honoured where the status is 200.
    RudeServer(std::string content, std::function<Answer(std::size_t index)> answer);
    ~RudeServer();
    RudeServer(const RudeServer&) = delete;
    RudeServer& operator=(const RudeServer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// The requests so far, each with its headers.
    std::vector<std::string> requests() const;

private:
    void serve();
    void reply(int client, const std::string& request, const Answer& answer) const;

    std::string content_;
    std::function<Answer(std::size_t)> answer_;
    unsigned port_ = 0;
    support::UniqueFd listener_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<support::UniqueFd> held_;
    std::jthread thread_;
};

} // namespace slipway::test
