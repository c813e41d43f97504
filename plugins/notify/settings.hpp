// SPDX-License-Identifier: GPL-3.0-or-later
//
// The options of notify.
#pragma once

#include <http/network.hpp>
#include <support/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::notify {

/// A text that is written in the options, or the name of a secret.
struct Text {
    std::string text = {};
    std::string secret = {};
};

struct Webhook {
    Text url;
    std::string method;
    std::vector<std::pair<std::string, Text>> headers;
    support::json::Value body; ///< an object or a text
};

struct Mail {
    std::vector<std::string> to;
    std::string from;
    std::string subject;
    std::string body;
    std::vector<std::string> sendmail;
};

struct Settings {
    std::optional<Webhook> webhook;
    std::optional<Mail> mail;
    std::chrono::seconds waiting{};
    std::optional<std::chrono::seconds> repeat;
    http::Network network;
};

/// From options that fit the schema, and have its defaults. An error is about the option at `pointer`.
support::Result<Settings> read_settings(const support::json::Value& options, std::string& pointer);

} // namespace slipway::notify
