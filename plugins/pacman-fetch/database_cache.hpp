// SPDX-License-Identifier: GPL-3.0-or-later
//
// The databases that servers sent last, so that they need not send them again.
#pragma once

#include <support/hash.hpp>
#include <transfer.hpp>

#include <optional>
#include <string>

namespace slipway::pacman_fetch {

/// Files by the URL they came from. Several processes may use one folder; what is damaged or gone counts as
/// not there.
class DatabaseCache {
public:
    explicit DatabaseCache(std::string folder) : folder_(std::move(folder)) {}

    /// What the server at `url` said of the version that is here; empty: none is.
    Validator known(const std::string& url) const;

    /// Copy what came from `url` to `path`. False if it is not here, or not what it was.
    bool copy_to(const std::string& url, const std::string& path) const;

    /// Keep `path`, which came from `url`. Without a validator it is of no use and not kept. A failure to
    /// write costs a download next time, no more.
    void keep(const std::string& url, const Validator& validator, const std::string& path) const;

    void forget(const std::string& url) const;

private:
    std::string record_of(const std::string& url) const;

    std::string folder_;
};

} // namespace slipway::pacman_fetch
