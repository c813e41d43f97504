// SPDX-License-Identifier: GPL-3.0-or-later
//
// A server on loopback that gives scripted answers, so that what comes from the net is fuzzed through the
// client that reads it. It is also the proxy of that client: whatever an answer names, nothing else is ever
// asked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::fuzz {

class AnswerServer {
public:
    AnswerServer();
    ~AnswerServer();
    AnswerServer(const AnswerServer&) = delete;

    /// "http://127.0.0.1:PORT", for Network::proxy.
    const std::string& proxy() const { return proxy_; }

    /// A target's input: its first line, which is returned, says what is to be asked; then come the answers
    /// to the next requests, "----" between two. After the last one 404 and "{}".
    std::string play(std::string_view input);

private:
    struct Impl;
    std::string proxy_;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::fuzz
