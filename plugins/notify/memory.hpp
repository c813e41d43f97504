// SPDX-License-Identifier: GPL-3.0-or-later
//
// What was told already: a run that is resumed every hour and waits every time is news once.
#pragma once

#include <news.hpp>

#include <optional>

namespace slipway::notify {

/// Of one chain's stage, in a folder that stays: a file for each run, which goes 100 days after the last news
/// of it.
class Memory {
public:
    Memory(std::string folder, const News& news);

    /// Whether this channel ("mail") was told this news, less than `repeat` ago if that is given.
    bool told(const std::string& channel, std::optional<std::chrono::seconds> repeat) const;

    support::Result<void> remember(const std::string& channel);

private:
    std::string folder_;
    std::string path_;
    std::string identity_;
    std::int64_t now_;
    support::json::Value channels_ = support::json::Object{}; ///< {"mail": {"news": identity, "told_ms": n}}
};

} // namespace slipway::notify
