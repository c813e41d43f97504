// SPDX-License-Identifier: GPL-3.0-or-later
//
// The news as an HTTP request.
#pragma once

#include <http/message.hpp>
#include <news.hpp>
#include <settings.hpp>

#include <functional>

namespace slipway::notify {

using FindSecret = std::function<support::Result<std::string>(const std::string& name)>;

/// A request, and where it goes as may be shown: a chat's address lets anybody write there, so only its host
/// is.
struct Delivery {
    http::Request request = {};
    bool secret = false; ///< the address is one
    std::string target = {};

    /// The same error without the address, if that is a secret.
    support::Error hidden(support::Error error) const;
};

support::Result<Delivery> delivery_of(const Webhook& webhook, const News& news, const FindSecret& secret);

/// Kind of the failure if the answer is no success. Answers' words are part of it: chats say what they
/// dislike.
support::Result<void> check_answer(const Delivery& delivery, const http::Response& response);

} // namespace slipway::notify
