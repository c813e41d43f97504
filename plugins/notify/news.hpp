// SPDX-License-Identifier: GPL-3.0-or-later
//
// What there is to tell of a run, and whether it is worth telling now.
#pragma once

#include <common/template.hpp>
#include <support/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::notify {

/// A run that has ended or waits, from its document (docs/reference/artifacts.md, Run). Times are
/// milliseconds since 1970-01-01 UTC.
struct News {
    std::string run = {};
    std::string chain = {};
    std::string version = {};
    std::string state = {};
    bool mocked = false;
    std::int64_t now = 0;           ///< when it ended or was parked
    std::int64_t waiting_since = 0; ///< 0: it does not wait
    std::vector<std::pair<std::string, std::string>> troubles =
        {}; ///< stage and message, of those that are not done

    std::chrono::milliseconds waited() const;

    /// The same for what is the same news, however often it happens.
    std::string identity() const;
};

/// Kind::config for what is no such document.
support::Result<News> read_news(const std::string& document);

/// {chain} {version} {run} {state} {headline} {details} {stage} {message} {waited} {mocked} {next}
common::Values values_of(const News& news);

/// A body with its texts filled in: of an object, every text at any depth.
support::Result<support::json::Value> filled(support::json::Value body, const common::Values& values);

} // namespace slipway::notify
