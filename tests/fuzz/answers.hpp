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
#include <vector>

namespace slipway::fuzz {

struct ScriptedAnswer {
    int status = 404;
    std::string headers = {}; ///< whole lines, each with its end
    std::string body = {};
};

/// "200\nLink: <x>; rel=\"next\"\n\nBODY": a status, header lines, an empty line, the body. What would make
/// the exchange wait, or is about its framing, is left out.
ScriptedAnswer scripted(std::string_view text);

class AnswerServer {
public:
    AnswerServer();
    ~AnswerServer();
    AnswerServer(const AnswerServer&) = delete;

    /// "http://127.0.0.1:PORT", for Network::proxy.
    const std::string& proxy() const { return proxy_; }

    /// Answer the next requests so; after the last one 404 and "{}".
    void play(std::vector<ScriptedAnswer> answers);

private:
    struct Impl;
    std::string proxy_;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::fuzz
