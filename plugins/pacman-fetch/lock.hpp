// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lock: the exact package set, as docs/reference/artifacts.md and config/schema/lock.schema.json have it.
#pragma once

#include <package.hpp>
#include <resolver.hpp>
#include <settings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace slipway::pacman_fetch {

struct LockedPackage {
    Package package; ///< with its signature, wherever it came from
    std::string key; ///< fingerprint of the primary key that signed it; empty: not signed, or not looked at
};

struct Lock {
    std::string architecture;
    std::vector<std::string> targets;
    std::string snapshot;        ///< empty: none
    bool valid_at_build = false; ///< keys were judged at the packages' build times
    std::string keyring;         ///< Keyring::digest; empty: no signature was looked at
    std::vector<Database> databases;
    std::vector<LockedPackage> packages; ///< in install order
};

/// What the settings alone say; no databases and packages yet.
Lock start_lock(const Settings& settings, const std::string& keyring);

/// The document's text. Equal locks give the same bytes: there is no time and no server in it.
std::string lock_text(const Lock& lock);

/// Kind::config, naming the JSON pointer, for what is no lock.
support::Result<Lock> parse_lock(const std::string& text);

/// Kind::conflict names the first difference between what a lock says (`locked`) and what is (`now`), both
/// without their packages' keys; the databases do not count.
support::Result<void> check_same(const Lock& locked, const Lock& now);

/// Kind::conflict if a package is now signed by another key than `locked` says.
support::Result<void> check_key(const LockedPackage& locked, const std::string& key);

} // namespace slipway::pacman_fetch
