// SPDX-License-Identifier: GPL-3.0-or-later
//
// What GitHub's refusals mean, and what to do about them.
#pragma once

#include <http/message.hpp>
#include <support/json.hpp>
#include <support/result.hpp>

#include <cstdint>
#include <string>

namespace slipway::github {

/// An answer of a status that is a failure. `body`: as JSON, if it is any.
support::Error explain(const std::string& subject, const http::Response& response,
                       const support::Result<support::json::Value>& body, std::int64_t now);

/// A good status, and something that is no JSON.
support::Error no_json(const std::string& subject, const http::Response& response,
                       const support::Error& cause);

/// JSON, but not what the API's description says.
support::Error unexpected(const std::string& subject, const std::string& what);

/// What GitHub says of a refusal: its message and those of the errors it lists, on one line.
std::string words_of(const support::json::Value& body);

} // namespace slipway::github
