// SPDX-License-Identifier: GPL-3.0-or-later
//
// A folder of zstd frames, by what they were made of. Losing it costs time, nothing else.
#pragma once

#include <support/hash.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace slipway::compress {

/// Safe to use from several threads and processes.
class FrameCache {
public:
    /// `folder` is made when needed; empty: nothing is kept.
    explicit FrameCache(std::string folder) : folder_(std::move(folder)) {}

    /// The frame kept for `key`, if there is one and it is whole.
    std::optional<std::string> find(const support::Digest& key) const;

    void keep(const support::Digest& key, std::string_view frame) const;

    /// Remove what has not been used for 100 days: a monthly release needs its frames once a month.
    void remove_old() const;

private:
    std::string path_of(const support::Digest& key) const { return folder_ + "/" + key.hex(); }

    std::string folder_;
};

} // namespace slipway::compress
