// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the stage's options come to: those written in the chain, those of a pacman.conf, and what follows.
#pragma once

#include <download.hpp>
#include <repository.hpp>
#include <resolver.hpp>
#include <support/json.hpp>

#include <string>
#include <vector>

namespace slipway::pacman_fetch {

struct Settings {
    std::vector<Repository> repositories;
    std::vector<std::string> targets;
    ResolverSettings resolver; ///< but for the keyring
    Downloader::Settings downloads;
    std::string keyring; ///< the folder with *.gpg, *-trusted, *-revoked; empty: no signature is looked at
    bool valid_at_build = false;
    std::string snapshot; ///< "2026/11/05" or empty
    std::vector<std::string> warnings;

    const std::string& architecture() const { return resolver.architectures.front(); }
};

/// `options` satisfies the stage's schema. Kind::config; `pointer` then says which option it is about.
support::Result<Settings> read_settings(const support::json::Value& options, std::string& pointer);

} // namespace slipway::pacman_fetch
